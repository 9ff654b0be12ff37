//! Oracles for `src/problem/storage/`.
