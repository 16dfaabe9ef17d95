#![no_main]

use ganscope_fuzz::data::from_bytes;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ganscope_fuzz::check_points(from_bytes::points_of_table(bytes)));
