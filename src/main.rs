//! The `retain` binary: hands the command line to `cli` and returns its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    retain::cli::main()
}
