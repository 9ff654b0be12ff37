//! Oracles for `src/problem/transactions/`.
