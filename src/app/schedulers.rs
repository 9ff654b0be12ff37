//! Which scheduler a card has: the collection's, or its deck's own. Choosing another one replays the log.
//! Not for the schedulers themselves (`schedule/`).

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::{App, AppError, Result};
use crate::card::CardUid;
use crate::schedule::catalogue::{self, Options};
use crate::schedule::replay::CardRecord;
use crate::schedule::{Due, Phase};
use crate::session::Schedulers;
use crate::time::Moment;

/// A scheduler with its options.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Its name in the catalogue.
    pub name: String,
    /// What was asked of it.
    #[serde(default)]
    pub options: Options,
}

/// The choices of a collection.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Choices {
    /// For all decks without one of their own; `None` leaves it to `config.toml`.
    pub collection: Option<Choice>,
    /// For single decks, by file stem.
    #[serde(default)]
    pub decks: BTreeMap<String, Choice>,
    /// Parameters of FSRS fitted to this log, used wherever FSRS has none of its own.
    #[serde(default)]
    pub fitted: Option<Vec<f64>>,
}

/// The setting that holds [`Choices`].
const SETTING: &str = "schedulers";

/// What a change of scheduler would do: cards due on each of the next days, today first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    /// As things stand.
    pub before: Vec<usize>,
    /// After the change.
    pub after: Vec<usize>,
    /// Cards whose due day would move.
    pub moved: usize,
    /// Cards with a log.
    pub cards: usize,
}

/// Days shown of a change of scheduler.
pub const SWITCH_DAYS: usize = 30;

impl App {
    /// Returns what was chosen.
    ///
    /// # Errors
    /// Fails when the database does, or the setting makes no sense.
    pub fn choices(&self) -> Result<Choices> {
        match self.store.setting(SETTING)? {
            None => Ok(Choices::default()),
            Some(text) => serde_json::from_str(&text).map_err(|error| {
                AppError::Store(crate::store::StoreError::Row {
                    detail: format!("setting `{SETTING}`: {error}"),
                })
            }),
        }
    }

    /// Builds the schedulers that were chosen.
    ///
    /// # Errors
    /// Fails when a name or a value makes no sense.
    pub fn schedulers(&self) -> Result<Schedulers> {
        self.schedulers_of(&self.choices()?)
    }

    fn schedulers_of(&self, choices: &Choices) -> Result<Schedulers> {
        let settings = &self.config.settings;
        let build = |choice: &Choice| -> Result<_> {
            let mut options = choice.options.clone();
            if choice.name == "fsrs" && options.parameters.is_none() {
                options.parameters.clone_from(&choices.fitted);
            }
            Ok(catalogue::scheduler(&choice.name, &options)?)
        };
        let collection = match &choices.collection {
            Some(choice) => build(choice)?,
            None => {
                let takes_retention = settings.scheduler != "sm2-1990";
                let retention = takes_retention.then_some(settings.retention);
                build(&Choice {
                    name: settings.scheduler.clone(),
                    options: Options { retention, ..Options::default() },
                })?
            }
        };
        let mut decks = HashMap::new();
        if !choices.decks.is_empty() {
            for deck in self.store.decks()? {
                if let Some(choice) = choices.decks.get(&deck.slug) {
                    decks.insert(deck.id, build(choice)?);
                }
            }
        }
        Ok(Schedulers::new(collection, decks))
    }

    /// Shows what a change of choices would do.
    ///
    /// # Errors
    /// Fails when the choices make no sense or the database fails.
    pub fn try_choices(&self, choices: &Choices, at: &Moment) -> Result<Switch> {
        let schedulers = self.schedulers_of(choices)?;
        let (_, records) = self.replay_with(&schedulers)?;
        let before = self.store.all_records()?;
        let present = self.store.present_cards()?;
        let mut switch = Switch {
            before: vec![0; SWITCH_DAYS],
            after: vec![0; SWITCH_DAYS],
            moved: 0,
            cards: records.len(),
        };
        let empty = CardRecord::default();
        for (card, after) in records.iter().filter(|(card, _)| present.contains(card)) {
            let before = before.get(card).unwrap_or(&empty);
            count(before, at, &mut switch.before);
            count(after, at, &mut switch.after);
            switch.moved += usize::from(before.state.due != after.state.due);
        }
        Ok(switch)
    }

    /// Takes over a change of choices: replays the log and stores the states. Nothing is lost; the old choices bring
    /// the old states back.
    ///
    /// # Errors
    /// Fails when the choices make no sense or the database fails; nothing has changed then.
    pub fn take_choices(&mut self, choices: &Choices) -> Result<usize> {
        let schedulers = self.schedulers_of(choices)?;
        let (_, records) = self.replay_with(&schedulers)?;
        let stored = self.store.all_records()?;
        let changed: Vec<(CardUid, CardRecord)> =
            records.into_iter().filter(|(card, record)| stored.get(card) != Some(record)).collect();
        let text = serde_json::to_string(choices).unwrap_or_default();
        self.store.write_records_with(&changed, &[(SETTING, &text)])?;
        Ok(changed.len())
    }
}

/// Counts a card on the day on which it is due; overdue and learning cards count today.
fn count(record: &CardRecord, at: &Moment, days: &mut [usize]) {
    if record.suspended || record.parked || record.state.phase == Phase::New {
        return;
    }
    let ahead = match record.state.due {
        Due::New => return,
        Due::At(_) => 0,
        Due::On(day) => usize::try_from(day.days_since(at.today)).unwrap_or(0),
    };
    if let Some(slot) = days.get_mut(ahead) {
        *slot += 1;
    }
}
