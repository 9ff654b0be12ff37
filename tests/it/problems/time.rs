//! Oracles for `src/problem/time/`.
