# Recipes for developing; each is one command, so `just` itself is not needed.

# What CI runs.
check:
    bash .ci/run

# Take over changed file snapshots; look at them with `git diff`.
review-snapshots:
    INSTA_UPDATE=always cargo test

# The figures of docs/performance.md.
bench:
    cargo bench

# A session on a home of its own.
demo:
    RETAIN_HOME=$(mktemp -d) cargo run --release -- review
