//! Oracles for `src/problem/computation/`.
