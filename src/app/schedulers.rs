//! Which scheduler a card has: the collection's, or its deck's own. Choosing another one replays the log.
//! Not for the schedulers themselves (`schedule/`).

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::{App, AppError, Result};
use crate::card::CardUid;
use crate::schedule::catalogue::{self, Options};
use crate::schedule::replay::{self, CardRecord};
use crate::schedule::{Due, Phase, Scheduler};
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
/// The setting that says by which choices the stored states were made; empty while they are being made anew.
const SCHEDULED: &str = "scheduled-by";
/// Counts the changes of what a scheduler gives for the same log: states of an earlier revision are replayed.
const REVISION: u32 = 1;

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
        let in_force = self.in_force(choices);
        let collection = self.scheduler_in(&in_force, None)?;
        let mut decks = HashMap::new();
        if !choices.decks.is_empty() {
            for deck in self.store.decks()? {
                if choices.decks.contains_key(&deck.slug) {
                    decks.insert(deck.id, self.scheduler_in(&in_force, Some(&deck.slug))?);
                }
            }
        }
        Ok(Schedulers::new(collection, decks, name_of(&in_force)))
    }

    /// The choices with what `config.toml` says where nothing was chosen for the collection.
    fn in_force(&self, choices: &Choices) -> Choices {
        let settings = &self.config.settings;
        let from_settings = || {
            let retention = (settings.scheduler != "sm2-1990").then_some(settings.retention);
            Choice { name: settings.scheduler.clone(), options: Options { retention, ..Options::default() } }
        };
        let collection = choices.collection.clone().unwrap_or_else(from_settings);
        Choices { collection: Some(collection), ..choices.clone() }
    }

    /// Builds the scheduler of the deck with a file stem, or of cards in no deck; `choices` are in force.
    fn scheduler_in(&self, choices: &Choices, deck: Option<&str>) -> Result<Box<dyn Scheduler>> {
        let own = deck.and_then(|slug| choices.decks.get(slug)).or(choices.collection.as_ref());
        let default = Choice { name: catalogue::NAMES[0].to_owned(), options: Options::default() };
        let choice = own.unwrap_or(&default);
        let mut options = choice.options.clone();
        if choice.name == "fsrs" && options.parameters.is_none() {
            options.parameters.clone_from(&choices.fitted);
        }
        Ok(catalogue::scheduler(&choice.name, &options)?)
    }

    /// Returns the deck in which a card stands, by whose scheduler its log is replayed; `None` for a card that is gone.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn deck_of(&self, card: CardUid) -> Result<Option<i64>> {
        Ok(self.store.card(card)?.filter(|row| row.present).map(|row| row.deck))
    }

    /// Returns what tells the choices in force from any others.
    pub(super) fn chosen(&self) -> Result<String> {
        Ok(name_of(&self.in_force(&self.choices()?)))
    }

    /// Replays the log when the stored states were made by other choices than those in force: `config.toml` was
    /// edited, or the program brings another revision of a scheduler. Returns how many cards changed.
    ///
    /// # Errors
    /// Fails when the choices make no sense or the database fails; nothing has changed then.
    pub(super) fn follow_choices(&mut self) -> Result<usize> {
        let chosen = self.chosen()?;
        if self.store.setting(SCHEDULED)?.as_deref() == Some(chosen.as_str()) {
            return Ok(0);
        }
        let choices = self.choices()?;
        self.replay_into_store(&choices, &[(SCHEDULED, &chosen)])
    }

    /// Returns the setting to empty while cards change decks, where that may change their schedulers: should the work
    /// end before their states are made anew, the next look finds all states in doubt.
    pub(super) fn states_in_doubt(&self) -> Result<Option<(&'static str, &'static str)>> {
        Ok((!self.choices()?.decks.is_empty()).then_some((SCHEDULED, "")))
    }

    /// Makes the states of cards anew that came to another deck, from their logs.
    pub(super) fn reschedule(&mut self, cards: impl IntoIterator<Item = CardUid>) -> Result<()> {
        if self.choices()?.decks.is_empty() {
            return Ok(());
        }
        let schedulers = self.schedulers()?;
        let decks = self.store.deck_of_cards()?;
        for card in cards {
            loop {
                let Some(before) = self.store.record(card)? else { break };
                let history = self.store.history(card)?;
                let own = schedulers.of(decks.get(&card).copied());
                let after = replay::replay(own, replay::effective(&history));
                // Another process may have written in between: then its entry is in the history the next time round.
                if before == after || self.store.replace_records(&[(card, Some(before), after)], &[])? {
                    break;
                }
            }
        }
        Ok(self.store.set_setting(SCHEDULED, schedulers.chosen())?)
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
        let text = serde_json::to_string(choices).unwrap_or_default();
        let chosen = name_of(&self.in_force(choices));
        self.replay_into_store(choices, &[(SETTING, &text), (SCHEDULED, &chosen)])
    }

    /// Replays the whole log under choices and stores the states that differ, together with settings.
    fn replay_into_store(&mut self, choices: &Choices, settings: &[(&str, &str)]) -> Result<usize> {
        let schedulers = self.schedulers_of(choices)?;
        loop {
            let mut stored = self.store.all_records()?;
            let (_, records) = self.replay_with(&schedulers)?;
            let changed: Vec<_> = records
                .into_iter()
                .filter_map(|(card, after)| {
                    let before = stored.remove(&card);
                    (before.as_ref() != Some(&after)).then_some((card, before, after))
                })
                .collect();
            // Another process may have written in between: then the log is read again.
            if self.store.replace_records(&changed, settings)? {
                return Ok(changed.len());
            }
        }
    }
}

/// What tells choices in force from any others.
fn name_of(in_force: &Choices) -> String {
    format!("{REVISION} {}", serde_json::to_string(in_force).unwrap_or_default())
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
