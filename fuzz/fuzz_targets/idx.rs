#![no_main]

use ganscope_fuzz::data::SourceKind;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ganscope_fuzz::read_pictures(SourceKind::Idx, bytes));
