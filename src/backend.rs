//! Where to compute: a choice made at run time, and the reason for any fallback.

use std::sync::Once;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What the user asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceChoice {
    /// A GPU if one works, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// The GPU, or an error.
    Gpu,
}

/// What a run computes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceKind {
    /// Burn's Flex backend on this machine's cores.
    Cpu,
    /// Burn's wgpu backend.
    Gpu,
}

/// What was chosen, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceReport {
    /// What the run computes on.
    pub kind: DeviceKind,
    /// The device's own name, such as the adapter's, or the number of threads.
    pub name: String,
    /// One sentence on why it is not what one might expect, if there is a reason.
    pub note: Option<String>,
}

/// Why there is no GPU to compute on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GpuError {
    /// Built without the feature `gpu`.
    #[error("this program was built without GPU support; choose the CPU")]
    NotBuilt,
    /// No adapter, or one that does not work.
    #[error("no GPU can be used ({0}); choose the CPU, or install a Vulkan, Metal or DirectX 12 driver")]
    Unavailable(String),
}

/// How much there is to compute in one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// So little that starting each operation on a GPU takes longer than the operation itself on a CPU.
    Small,
    /// Enough to gain from a GPU.
    Large,
}

/// Opens the chosen device.
///
/// # Errors
/// Only for [`DeviceChoice::Gpu`], where there is none; `Auto` falls back to the CPU and says why.
pub fn open(choice: DeviceChoice, workload: Workload) -> Result<(Device, DeviceReport), GpuError> {
    match (choice, workload) {
        (DeviceChoice::Cpu, _) => Ok(cpu(None)),
        (DeviceChoice::Gpu, _) => gpu::open().map(|gpu| (gpu.device, gpu.report)),
        (DeviceChoice::Auto, Workload::Small) => {
            Ok(cpu(Some("Networks this small train faster on the CPU than on a GPU.".to_owned())))
        }
        (DeviceChoice::Auto, Workload::Large) => Ok(match gpu::open() {
            Ok(gpu) if gpu.is_software => cpu(Some(format!(
                "The only graphics adapter, {}, computes on the CPU itself, so the CPU is used directly.",
                gpu.report.name
            ))),
            Ok(gpu) => (gpu.device, gpu.report),
            Err(error) => cpu(Some(format!("Computing on the CPU: {error}."))),
        }),
    }
}

/// The CPU, which is always there.
pub fn cpu_device() -> Device {
    cpu(None).0
}

/// Everything this program could compute on here.
pub fn list() -> Vec<DeviceReport> {
    let (_, cpu) = cpu(None);
    let mut devices = vec![cpu];
    devices.extend(gpu::list());
    devices
}

/// Threads that CPU computations are spread over.
pub fn num_threads() -> usize {
    rayon::current_num_threads()
}

/// Does work whose computations are spread over a few threads of its own and leave the others alone; over all of them where the
/// system gives no more threads.
pub fn on_own_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.max(1))
        .thread_name(|index| format!("lane-{index}"))
        .start_handler(|_| lower_thread_priority())
        .build();
    match pool {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

/// Lets everything else, above all the window, go before the calling thread. Training uses every core, but only what others
/// leave.
pub fn lower_thread_priority() {
    // Where the system refuses, the window is a little less smooth under load; nothing else depends on it.
    let _refused = thread_priority::set_current_thread_priority(thread_priority::ThreadPriority::Min);
}

fn cpu(note: Option<String>) -> (Device, DeviceReport) {
    prepare_threads();
    let threads = num_threads();
    let plural = if threads == 1 { "thread" } else { "threads" };
    (Device::flex(), DeviceReport { kind: DeviceKind::Cpu, name: format!("CPU, {threads} {plural}"), note })
}

/// Builds the thread pool that Flex computes on, once, with threads that let the window go first.
fn prepare_threads() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // It fails only where the pool exists already (in a test that used it before); its priority then stays as it is.
        let _exists = rayon::ThreadPoolBuilder::new()
            .thread_name(|index| format!("compute-{index}"))
            .start_handler(|_| lower_thread_priority())
            .build_global();
    });
}

#[cfg(feature = "gpu")]
mod gpu {
    //! The wgpu side.

    use std::sync::OnceLock;

    use burn::tensor::Device;
    use burn::tensor::wgpu::{WgpuBackend, wgpu};

    use super::{DeviceKind, DeviceReport, GpuError};

    /// On Linux, looking for OpenGL as well would only print the window system's complaints where there is no desktop.
    const GRAPHICS_API: WgpuBackend = if cfg!(target_os = "linux") { WgpuBackend::Vulkan } else { WgpuBackend::Auto };

    /// A GPU that works.
    #[derive(Clone)]
    pub(super) struct Gpu {
        pub(super) device: Device,
        pub(super) report: DeviceReport,
        /// Whether it is a rasteriser that computes on the CPU, such as lavapipe.
        pub(super) is_software: bool,
    }

    /// The best adapter's device. Acquired once per process: Burn keeps its runtime for good.
    pub(super) fn open() -> Result<Gpu, GpuError> {
        static GPU: OnceLock<Result<Gpu, GpuError>> = OnceLock::new();
        GPU.get_or_init(|| {
            let (device, setup) = Device::wgpu_options()
                .graphics_api(GRAPHICS_API)
                .init_with_setup()
                .map_err(|error| GpuError::Unavailable(first_line(&error.to_string())))?;
            let info = setup.adapter.get_info();
            Ok(Gpu { device, report: report(&info), is_software: info.device_type == wgpu::DeviceType::Cpu })
        })
        .clone()
    }

    /// Every adapter.
    pub(super) fn list() -> Vec<DeviceReport> {
        let backends = wgpu::Backends::PRIMARY;
        let descriptor =
            wgpu::InstanceDescriptor { backends, ..wgpu::InstanceDescriptor::new_without_display_handle() };
        let adapters = pollster::block_on(wgpu::Instance::new(descriptor).enumerate_adapters(backends));
        adapters.iter().map(|adapter| report(&adapter.get_info())).collect()
    }

    fn report(info: &wgpu::AdapterInfo) -> DeviceReport {
        let note = (info.device_type == wgpu::DeviceType::Cpu)
            .then(|| "A software rasteriser: it computes on the CPU, slower than the CPU itself.".to_owned());
        DeviceReport { kind: DeviceKind::Gpu, name: format!("{} ({})", info.name, info.backend), note }
    }

    fn first_line(text: &str) -> String {
        text.lines().next().unwrap_or_default().trim_end_matches('.').to_owned()
    }
}

#[cfg(not(feature = "gpu"))]
mod gpu {
    //! Stands in where the program is built without the feature `gpu`.

    use burn::tensor::Device;

    use super::{DeviceReport, GpuError};

    pub(super) struct Gpu {
        pub(super) device: Device,
        pub(super) report: DeviceReport,
        pub(super) is_software: bool,
    }

    pub(super) fn open() -> Result<Gpu, GpuError> {
        Err(GpuError::NotBuilt)
    }

    pub(super) fn list() -> Vec<DeviceReport> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_always_opens_and_auto_never_fails() {
        assert_eq!(open(DeviceChoice::Cpu, Workload::Large).unwrap().1.kind, DeviceKind::Cpu);
        assert_eq!(open(DeviceChoice::Auto, Workload::Small).unwrap().1.kind, DeviceKind::Cpu);
        let (_, report) = open(DeviceChoice::Auto, Workload::Large).unwrap();
        assert!(report.kind == DeviceKind::Gpu || report.note.is_some(), "a fallback says why: {report:?}");
    }
}
