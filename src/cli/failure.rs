//! What a command ends with when it does not end well: kind, message, causes, hints, exit code.
//! Not for faults in decks, which are diagnostics (`view/check.rs`).

use std::error::Error;

use crate::app::AppError;
use crate::config::ConfigError;
use crate::shelf::ShelfError;
use crate::store::StoreError;

/// What sort of failure, which decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The answer is no, or the learner must change something: 1.
    No,
    /// The answer is no, and standard output has said so: 1. Nothing more is printed.
    Said,
    /// The command line is wrong: 2.
    Usage,
    /// The store or the system: 3.
    System,
    /// A signal or Ctrl-C: 130. Nothing is printed.
    Interrupted,
    /// Nobody reads the output any more: quiet, 0.
    BrokenPipe,
}

/// Why a command did not end well.
#[derive(Debug)]
pub struct Failure {
    /// What sort.
    pub kind: Kind,
    /// What happened; its sources are printed below it.
    pub error: Box<dyn Error + Send + Sync>,
    /// What to type next.
    pub hints: Vec<String>,
}

/// A result of a command.
pub type Outcome = Result<(), Failure>;

impl Failure {
    /// A failure of a kind.
    pub fn new(kind: Kind, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind, error: error.into(), hints: Vec::new() }
    }

    /// The command line is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message.into())
    }

    /// The answer is no.
    pub fn no(message: impl Into<String>) -> Self {
        Self::new(Kind::No, message.into())
    }

    /// The answer is no, and standard output has said so.
    #[must_use]
    pub fn said() -> Self {
        Self::new(Kind::Said, "the answer is no")
    }

    /// Ctrl-C or a signal.
    #[must_use]
    pub fn interrupted() -> Self {
        Self::new(Kind::Interrupted, "interrupted")
    }

    /// Adds what to type next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Returns the exit code.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self.kind {
            Kind::No | Kind::Said => 1,
            Kind::Usage => 2,
            Kind::System => 3,
            Kind::Interrupted => 130,
            Kind::BrokenPipe => 0,
        }
    }

    /// Returns the text for a person: message, causes, hints, a line each; empty where nothing is to be said.
    #[must_use]
    pub fn text(&self) -> String {
        if matches!(self.kind, Kind::Said | Kind::Interrupted | Kind::BrokenPipe) {
            return String::new();
        }
        let mut text = format!("error: {}\n", self.error);
        let mut source = self.error.source();
        let mut last = self.error.to_string();
        while let Some(cause) = source {
            let words = cause.to_string();
            // Some libraries say the same on two floors.
            if !words.ends_with(last.as_str()) {
                text.push_str(&format!("cause: {}\n", words.trim_end()));
            }
            last = words;
            source = cause.source();
        }
        for hint in &self.hints {
            text.push_str(&format!("hint: {hint}\n"));
        }
        text
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        let kind =
            if error.kind() == std::io::ErrorKind::BrokenPipe { Kind::BrokenPipe } else { Kind::System };
        Self::new(kind, error)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let hint = match &error {
            ConfigError::NoHome => Some("set `RETAIN_HOME` to a folder of your choice".to_owned()),
            ConfigError::Toml { near: Some(near), .. } => Some(format!("did you mean `{near}`")),
            _ => None,
        };
        let failure = Self::new(Kind::Usage, error);
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let hints: Vec<String> = match &error {
            StoreError::TooNew { .. } => vec![
                "nothing was changed: install the newer `retain`, or set `RETAIN_HOME` to another folder"
                    .into(),
            ],
            StoreError::Damaged { .. } => vec![
                "nothing was changed: `retain restore` takes back the newest sound copy".into(),
                "`retain doctor` says what is wrong with it".into(),
            ],
            StoreError::Foreign { .. } => vec!["set `RETAIN_HOME` to a folder of its own".into()],
            StoreError::Locked { .. } => {
                vec![
                    "nothing was lost: close the other program and try again; every graded card is saved"
                        .into(),
                ]
            }
            StoreError::ReadOnly { path, .. } => {
                vec![format!("nothing was lost: `ls -l {}` shows who may write it", path.display())]
            }
            StoreError::Full { .. } => {
                vec!["everything graded before is saved: free some space and try again".into()]
            }
            StoreError::Open { path, .. } => {
                let folder = path.parent().unwrap_or(path);
                vec![format!("`ls -ld {}` shows who may write there", folder.display())]
            }
            StoreError::Migration { .. } => {
                vec!["the database is as it was, and a copy stands in `backups/`".into()]
            }
            StoreError::Row { .. } => vec!["`retain doctor` looks at the whole database".into()],
            StoreError::File { .. } | StoreError::Sqlite { .. } => Vec::new(),
        };
        Self { hints, ..Self::new(Kind::System, error) }
    }
}

impl From<ShelfError> for Failure {
    fn from(error: ShelfError) -> Self {
        Self::new(Kind::No, error)
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Store(error) => error.into(),
            AppError::Shelf(error) => error.into(),
            AppError::Config(error) => error.into(),
            AppError::Terminal(error) => error.into(),
            AppError::Unknown { what, ref name, ref near } => {
                let failure = Self::usage(format!("there is no {what} `{name}`"));
                match near {
                    Some(near) => failure.hint(format!("did you mean `{near}`")),
                    None if what == "deck" => failure.hint("`retain deck list` names them all"),
                    None if what == "filter" => failure.hint("`retain list --help` tells the filters"),
                    None if what == "level" => {
                        failure.hint("levels are `beginner`, `intermediate`, `advanced`")
                    }
                    None => failure,
                }
            }
            error @ (AppError::Now { .. } | AppError::Schedule(_)) => Self::new(Kind::Usage, error),
            AppError::Refused(message) => Self::no(message),
            AppError::Blocked { message, hints } => Self { hints, ..Self::no(message) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_stand_on_lines_of_their_own_and_hints_can_be_pasted() {
        let source = rusqlite_full();
        let failure = Failure::from(StoreError::Full { path: "/x/retain.db".into(), source });
        assert_eq!(
            failure.text(),
            "error: the disk with the database `/x/retain.db` is full\n\
             cause: database or disk is full\n\
             hint: everything graded before is saved: free some space and try again\n"
        );
        assert_eq!(failure.code(), 3);
    }

    fn rusqlite_full() -> rusqlite::Error {
        rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(13), Some("database or disk is full".into()))
    }

    #[test]
    fn each_kind_has_its_exit_code() {
        assert_eq!(Failure::no("x").code(), 1);
        assert_eq!(Failure::usage("x").code(), 2);
        assert_eq!(Failure::interrupted().code(), 130);
        assert_eq!(Failure::interrupted().text(), "");
        let closed = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        assert_eq!((Failure::from(closed).code()), 0);
    }
}
