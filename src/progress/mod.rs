//! Folds over decks and the log: the course's order, statistics, streaks, forecasts.
//! Pure. Not for one card's schedule (`schedule/`) or for drawing (`view/`).

pub mod course;
