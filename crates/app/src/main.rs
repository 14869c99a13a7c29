use std::process::ExitCode;

/// Returns memory after a burst, and keeps threads out of each other's way: with the system's own a desk that had built
/// its search index kept five times what it needs at rest.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    app::main()
}
