#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ganscope_fuzz::read_texts(bytes));
