//! Oracles for `src/problem/ml/`.
