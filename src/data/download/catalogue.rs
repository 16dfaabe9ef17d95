//! What is published where: the files of each set, their sums, and the servers that have them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::DownloadError;
use crate::config::{Choice as _, DatasetKind};

/// The file in the folder of data sets in which a user may name other servers.
pub const MIRRORS_FILE: &str = "mirrors.json";
/// The largest such file that is read.
const MAX_MIRRORS_BYTES: u64 = 64 << 10;

/// A file as it is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemoteFile {
    /// Its name on the server and on the disk.
    pub name: &'static str,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: &'static str,
}

/// A set as it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteSet {
    /// The name of its folder, and of its list of mirrors.
    pub key: &'static str,
    /// Its files.
    pub files: Vec<RemoteFile>,
    /// The folders on servers that have it, in the order in which they are asked.
    pub mirrors: Vec<String>,
}

impl RemoteSet {
    /// One of [`DatasetKind::PUBLISHED`], with the mirrors that are usual.
    pub fn of(kind: DatasetKind) -> Option<Self> {
        let files = files(kind);
        (!files.is_empty()).then(|| Self { key: kind.key(), files: files.to_vec(), mirrors: usual_mirrors(kind) })
    }

    /// Bytes that fetching it takes.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// The mirrors of the user's list in `folder`, or the usual ones.
    ///
    /// # Errors
    /// A list that cannot be read.
    pub fn mirrors(&self, folder: &Path) -> Result<Vec<String>, DownloadError> {
        let path = folder.join(MIRRORS_FILE);
        let Ok(file) = File::open(&path) else { return Ok(self.mirrors.clone()) };
        let bad_list = |reason: String| DownloadError::BadMirrors { reason, path: path.clone() };
        let mut text = String::new();
        file.take(MAX_MIRRORS_BYTES).read_to_string(&mut text).map_err(|error| bad_list(error.kind().to_string()))?;
        let mut lists: BTreeMap<String, Vec<String>> =
            serde_json::from_str(&text).map_err(|error| bad_list(error.to_string()))?;
        Ok(lists.remove(self.key).unwrap_or_else(|| self.mirrors.clone()))
    }
}

/// The files of MNIST.
const MNIST: [RemoteFile; 4] = [
    RemoteFile {
        name: "train-images-idx3-ubyte.gz",
        bytes: 9_912_422,
        sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    },
    RemoteFile {
        name: "train-labels-idx1-ubyte.gz",
        bytes: 28_881,
        sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    },
    RemoteFile {
        name: "t10k-images-idx3-ubyte.gz",
        bytes: 1_648_877,
        sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    },
    RemoteFile {
        name: "t10k-labels-idx1-ubyte.gz",
        bytes: 4_542,
        sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    },
];

/// The files of Fashion-MNIST: the same as in Debian's package `dataset-fashion-mnist`.
const FASHION_MNIST: [RemoteFile; 4] = [
    RemoteFile {
        name: "train-images-idx3-ubyte.gz",
        bytes: 26_421_856,
        sha256: "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7",
    },
    RemoteFile {
        name: "train-labels-idx1-ubyte.gz",
        bytes: 29_491,
        sha256: "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056",
    },
    RemoteFile {
        name: "t10k-images-idx3-ubyte.gz",
        bytes: 4_422_079,
        sha256: "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa",
    },
    RemoteFile {
        name: "t10k-labels-idx1-ubyte.gz",
        bytes: 5_125,
        sha256: "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05",
    },
];

/// The binary version of CIFAR-10; its page gives MD5 only, and TensorFlow Datasets among others this sum.
const CIFAR_10: [RemoteFile; 1] = [RemoteFile {
    name: "cifar-10-binary.tar.gz",
    bytes: 170_052_171,
    sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
}];

/// The files of a published set; none of any other.
fn files(kind: DatasetKind) -> &'static [RemoteFile] {
    match kind {
        DatasetKind::Mnist => &MNIST,
        DatasetKind::FashionMnist => &FASHION_MNIST,
        DatasetKind::Cifar10 => &CIFAR_10,
        _ => &[],
    }
}

fn usual_mirrors(kind: DatasetKind) -> Vec<String> {
    let mirrors: &[&str] = match kind {
        // The authors' own server asks for a password; these two are those that PyTorch and TensorFlow use.
        DatasetKind::Mnist => {
            &["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"]
        }
        // The authors' bucket has no certificate of its own name, and the sums make up for that; the second is their repository.
        DatasetKind::FashionMnist => &[
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ],
        DatasetKind::Cifar10 => &["https://www.cs.toronto.edu/~kriz/"],
        _ => &[],
    };
    mirrors.iter().map(|&mirror| mirror.to_owned()).collect()
}
