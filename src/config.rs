//! Settings: the environment and `config.toml`, read once. The one place that reads the environment.
//! Not for what changes with use (the database keeps that) or for the command line.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use serde::Deserialize;

use crate::diagnostic::did_you_mean;
use crate::progress::course::ExamSettings;
use crate::time::DayStart;

/// What the learner may set in `config.toml`; every key is optional.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// New cards a study day, `0..=9999`.
    pub new_per_day: u32,
    /// Reviews a study day, `0..=9999`.
    pub reviews_per_day: u32,
    /// The local time at which a study day turns, `HH:MM`.
    pub day_start: String,
    /// The scheduler: `sm2`, `sm2-1990`, `anki` or `fsrs`.
    pub scheduler: String,
    /// Desired retention, `0.70..=0.99`, where the scheduler aims at one.
    pub retention: f64,
    /// Decks from which new cards are taken at a time, `1..=50`.
    pub decks_at_once: u32,
    /// Learning cards due within this many minutes are shown when nothing else is left, `0..=240`.
    pub learn_ahead_minutes: u32,
    /// The editor; else `$VISUAL`, `$EDITOR`, `vi`.
    pub editor: Option<String>,
    /// The program that opens links; else the system's.
    pub opener: Option<String>,
    /// Whether hidden parts of sentences are typed rather than recalled.
    pub type_cloze: bool,
    /// Whether a dated copy of the database is made each day.
    pub backups: bool,
    /// Whether intervals are settled, within their fuzz, on days with little due.
    pub balance: bool,
    /// How much each weekday is wanted, Monday first: 1 as any, 0 not at all.
    pub easy_days: [f64; 7],
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            new_per_day: 10,
            reviews_per_day: 200,
            day_start: DayStart::DEFAULT.to_string(),
            scheduler: "sm2".into(),
            retention: 0.9,
            decks_at_once: 3,
            learn_ahead_minutes: 20,
            editor: None,
            opener: None,
            type_cloze: false,
            backups: true,
            balance: true,
            easy_days: [1.0; 7],
        }
    }
}

impl Settings {
    /// Returns the time at which a study day turns; checked when the file was read.
    #[must_use]
    pub fn day_start(&self) -> DayStart {
        DayStart::parse(&self.day_start).unwrap_or_default()
    }
}

const KEYS: &[&str] = &[
    "new_per_day",
    "reviews_per_day",
    "day_start",
    "scheduler",
    "retention",
    "decks_at_once",
    "learn_ahead_minutes",
    "editor",
    "opener",
    "type_cloze",
    "backups",
    "balance",
    "easy_days",
];

/// All that comes from outside the command line.
#[derive(Clone, Debug)]
pub struct Config {
    /// The data folder: database, `decks/`, `config.toml`, `backups/`.
    pub home: PathBuf,
    /// What the learner set.
    pub settings: Settings,
    /// A frozen clock, RFC 3339, for tests and demonstrations.
    pub now: Option<String>,
    /// A fixed source of chance, for tests and demonstrations.
    pub seed: Option<u64>,
    /// Whether colour is unwanted.
    pub no_color: bool,
    /// The terminal's name is `dumb` or missing: plain lines only.
    pub dumb: bool,
    /// Signs beyond ASCII are replaced: the locale is not UTF-8.
    pub ascii: bool,
    /// The editor to start, with arguments.
    pub editor: String,
    /// The program that opens links, with arguments; empty where none is known.
    pub opener: String,
    /// A terminal width to assume where there is no terminal.
    pub columns: Option<usize>,
}

/// What is wrong with the settings.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// No data folder can be named.
    #[error("cannot tell where your data folder is")]
    NoHome,
    /// The file cannot be read.
    #[error("cannot read `{path}`")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The file is no TOML, or a key is unknown or of the wrong kind.
    #[error("`{path}` is not as it should be")]
    Toml {
        /// The file.
        path: PathBuf,
        /// A key that is near the unknown one.
        near: Option<&'static str>,
        /// Line, caret and reason.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// A value is out of range.
    #[error("`{key}` in `{path}` must be {expected}, not {found}")]
    Range {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// An environment variable makes no sense.
    #[error("the environment variable `{name}` must be {expected}, not `{found}`")]
    Variable {
        /// Its name.
        name: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
}

impl Config {
    /// Reads the environment and `config.toml`.
    ///
    /// # Errors
    /// Says which file or variable is wrong, and what it may be.
    pub fn read() -> Result<Self, ConfigError> {
        let home = match variable("RETAIN_HOME") {
            Some(home) => PathBuf::from(home),
            None => platform_home().ok_or(ConfigError::NoHome)?,
        };
        let settings = read_settings(&home.join("config.toml"))?;
        let seed = match variable("RETAIN_SEED") {
            None => None,
            Some(text) => Some(text.parse().map_err(|_| ConfigError::Variable {
                name: "RETAIN_SEED",
                expected: "a whole number from 0 to 18446744073709551615",
                found: text,
            })?),
        };
        let editor = settings
            .editor
            .clone()
            .or_else(|| variable("VISUAL"))
            .or_else(|| variable("EDITOR"))
            .unwrap_or_else(|| "vi".into());
        let opener = settings.opener.clone().unwrap_or_else(|| default_opener().into());
        let term = variable("TERM");
        Ok(Self {
            home,
            settings,
            now: variable("RETAIN_NOW"),
            seed,
            no_color: variable("NO_COLOR").is_some(),
            dumb: term.as_deref().is_none_or(|term| term == "dumb"),
            ascii: !["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable).is_none_or(|locale| {
                let locale = locale.to_lowercase();
                locale.contains("utf-8") || locale.contains("utf8")
            }),
            editor,
            opener,
            columns: variable("COLUMNS").and_then(|text| text.parse().ok()),
        })
    }

    /// Reads how the learner wants exams held: the table `[exam]` in `roadmap.toml` beside their decks. `None` without the file.
    ///
    /// # Errors
    /// Says what is wrong with the file.
    pub fn exam_settings(&self) -> Result<Option<ExamSettings>, ConfigError> {
        let path = self.deck_folder().join("roadmap.toml");
        match fs::read_to_string(&path) {
            Ok(text) => match ExamSettings::parse(&text) {
                Ok(settings) => Ok(Some(settings)),
                Err(source) => Err(toml_error(&path, source, ExamSettings::KEYS)),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(ConfigError::Read { path, source }),
        }
    }

    /// Returns the database's path.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.home.join("retain.db")
    }

    /// Returns the folder of the learner's own decks.
    #[must_use]
    pub fn deck_folder(&self) -> PathBuf {
        self.home.join("decks")
    }
}

fn default_opener() -> &'static str {
    if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn platform_home() -> Option<PathBuf> {
    use etcetera::BaseStrategy as _;
    Some(etcetera::choose_base_strategy().ok()?.data_dir().join("retain"))
}

fn read_settings(path: &Path) -> Result<Settings, ConfigError> {
    match fs::read_to_string(path) {
        Ok(text) => parse_settings(path, &text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Settings::default()),
        Err(source) => Err(ConfigError::Read { path: path.to_owned(), source }),
    }
}

fn toml_error(path: &Path, source: toml::de::Error, keys: &'static [&'static str]) -> ConfigError {
    let message = source.message();
    let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
    let near = unknown.and_then(|key| did_you_mean(key, keys.iter().copied()));
    ConfigError::Toml { path: path.to_owned(), near, source: Box::new(source) }
}

fn parse_settings(path: &Path, text: &str) -> Result<Settings, ConfigError> {
    let settings: Settings = toml::from_str(text).map_err(|source| toml_error(path, source, KEYS))?;
    let range = |ok: bool, key: &'static str, expected: &'static str, found: String| {
        if ok { Ok(()) } else { Err(ConfigError::Range { path: path.to_owned(), key, expected, found }) }
    };
    let s = &settings;
    range(s.new_per_day <= 9999, "new_per_day", "0 to 9999", s.new_per_day.to_string())?;
    range(s.reviews_per_day <= 9999, "reviews_per_day", "0 to 9999", s.reviews_per_day.to_string())?;
    range(
        DayStart::parse(&s.day_start).is_some(),
        "day_start",
        "a time as `04:00`",
        format!("`{}`", s.day_start),
    )?;
    range((0.70..=0.99).contains(&s.retention), "retention", "0.70 to 0.99", s.retention.to_string())?;
    range((1..=50).contains(&s.decks_at_once), "decks_at_once", "1 to 50", s.decks_at_once.to_string())?;
    range(
        s.learn_ahead_minutes <= 240,
        "learn_ahead_minutes",
        "0 to 240",
        s.learn_ahead_minutes.to_string(),
    )?;
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        let error = parse_settings(Path::new("config.toml"), text).unwrap_err();
        match &error {
            ConfigError::Toml { near, .. } => format!("{error}; near {near:?}"),
            _ => error.to_string(),
        }
    }

    #[test]
    fn an_empty_file_gives_the_defaults_and_a_full_one_what_it_says() {
        assert_eq!(parse_settings(Path::new("x"), "").unwrap(), Settings::default());
        let some = parse_settings(Path::new("x"), "new_per_day = 3\nday_start = \"05:30\"").unwrap();
        assert_eq!((some.new_per_day, some.day_start().minutes), (3, 330));
    }

    #[test]
    fn faults_name_the_key_and_the_range() {
        assert_eq!(
            fault("new_per_dya = 3"),
            "`config.toml` is not as it should be; near Some(\"new_per_day\")"
        );
        assert_eq!(fault("retention = 1.5"), "`retention` in `config.toml` must be 0.70 to 0.99, not 1.5");
        assert_eq!(
            fault("day_start = \"25:00\""),
            "`day_start` in `config.toml` must be a time as `04:00`, not `25:00`"
        );
    }

    #[test]
    fn every_key_is_known_to_the_suggestions() {
        let text = format!("{:?}", Settings::default());
        for key in KEYS {
            assert!(text.contains(&format!("{key}:")), "{key}");
        }
        assert_eq!(text.matches(": ").count(), KEYS.len(), "{text}");
    }
}
