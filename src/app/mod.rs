//! Use cases: the effectful shell around the pure floors. The only callers of the clock.
//! Not for parsing the command line (`cli/`), drawing (`view/`), or rules (`session/`, `schedule/`).

pub mod author;
pub mod cards;
pub mod catchup;
pub mod check;
pub mod clock;
pub mod doctor;
pub mod exam;
pub mod exam_lapses;
pub mod exam_paper;
pub mod forecasts;
pub mod foresight;
pub mod front;
pub mod gates;
pub mod home;
mod identify;
pub mod index;
pub mod load;
pub mod path;
pub mod plan;
pub mod practice;
mod read;
pub mod relink;
pub mod report;
pub mod results;
pub mod review;
pub mod schedulers;
pub mod search;
pub mod threads;

use std::cell::Cell;
use std::path::PathBuf;

use crate::config::{Config, ConfigError};
use crate::schedule::catalogue::CatalogueError;
use crate::seed::Seed;
use crate::shelf::ShelfError;
use crate::store::{OpenOptions, Store, StoreError};
use crate::time::{Moment, Timestamp, ZoneOffset};
use clock::{Clock, SteppingClock, SystemClock};

/// What can go wrong in a use case.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A deck file.
    #[error(transparent)]
    Shelf(#[from] ShelfError),
    /// A file of settings that is read when it is needed.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The terminal.
    #[error("the terminal cannot be used")]
    Terminal(#[source] std::io::Error),
    /// `RETAIN_NOW` is no instant.
    #[error(
        "the environment variable `RETAIN_NOW` must be an instant as `2026-11-24T07:00:00+01:00`, not `{found}`"
    )]
    Now {
        /// What it is.
        found: String,
    },
    /// A scheduler's name that is none, or values it cannot work with.
    #[error(transparent)]
    Schedule(#[from] CatalogueError),
    /// A name that fits no deck, card, level or tag.
    #[error("there is no {what} `{name}`")]
    Unknown {
        /// The word for what was named.
        what: &'static str,
        /// The name.
        name: String,
        /// One that is near.
        near: Option<String>,
    },
    /// A use case was refused for a reason that is the answer.
    #[error("{0}")]
    Refused(String),
    /// A use case was refused, and there are ways on.
    #[error("{message}")]
    Blocked {
        /// Why.
        message: String,
        /// What to type next.
        hints: Vec<String>,
    },
}

/// A result of a use case.
pub type Result<T> = std::result::Result<T, AppError>;

/// Everything a use case works with.
pub struct App {
    /// Settings.
    pub config: Config,
    /// The database.
    pub store: Store,
    /// The clock.
    pub clock: Box<dyn Clock>,
    /// Chance of this run.
    pub seed: Seed,
    /// How often chance was asked for, so that no two askings get the same.
    asked: Cell<u64>,
}

impl App {
    /// Opens the database named by the settings, with the clock and the chance they ask for.
    ///
    /// # Errors
    /// Fails when the database does, or a variable makes no sense.
    pub fn open(config: Config) -> Result<Self> {
        let clock: Box<dyn Clock> = match &config.now {
            None => Box::new(SystemClock),
            Some(text) => {
                let (now, zone) =
                    Timestamp::parse_rfc3339(text).map_err(|_| AppError::Now { found: text.clone() })?;
                Box::new(SteppingClock::new(now, zone, 0))
            }
        };
        Self::with_clock(config, clock)
    }

    /// Opens the database named by the settings, with a clock of the caller's.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn with_clock(config: Config, clock: Box<dyn Clock>) -> Result<Self> {
        let base = config.seed.map_or_else(entropy, Seed);
        let options = OpenOptions { busy_ms: 5_000, now: clock.now(), seed: base };
        let store = Store::open(&config.database(), options)?;
        // The log's length makes the chance of each run its own even when the seed is fixed. Counting reads the whole
        // log, so it is done only then.
        let seed = if config.seed.is_some() { base.derive("run", store.log_len()?) } else { base };
        Ok(Self { config, store, clock, seed, asked: Cell::new(0) })
    }

    /// Returns chance that nothing else in this run gets.
    fn chance(&self, part: &str) -> Seed {
        let number = self.asked.get();
        self.asked.set(number + 1);
        self.seed.derive(part, number)
    }

    /// Returns the present moment.
    #[must_use]
    pub fn moment(&self) -> Moment {
        self.clock.moment(self.config.settings.day_start())
    }

    /// Returns the zone in force.
    #[must_use]
    pub fn zone(&self) -> ZoneOffset {
        self.clock.zone(self.clock.now())
    }

    /// Returns the folders whose decks are always at hand: the learner's own, and the registered ones.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn roots(&self) -> Result<Vec<PathBuf>> {
        let own = self.config.deck_folder();
        let mut roots: Vec<PathBuf> = if own.is_dir() { vec![own] } else { Vec::new() };
        roots.extend(self.store.folders()?.into_iter().map(PathBuf::from));
        Ok(roots)
    }
}

/// Chance from the system, once per run.
fn entropy() -> Seed {
    use std::hash::{BuildHasher as _, Hasher as _};
    // The standard library seeds its hash maps from the system; two of them make 64 bits that no one can guess.
    let draw = || std::collections::hash_map::RandomState::new().build_hasher().finish();
    Seed(crate::seed::mix(draw()) ^ draw())
}
