//! The program: everything is in the library.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A training step allocates and frees megabytes; with this they stay in the process.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    ganscope::cli::run(std::env::args_os())
}
