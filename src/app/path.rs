//! The map of the course as it stands for this learner, and the reason why a deck or a level is locked.
//! Not for the rules of locks (`exam/gate.rs`) or for drawing (`view/path.rs`).

use std::collections::HashSet;

use serde_json::{Value, json};

use super::exam::resit_from;
use super::gates::is_of_course;
use super::report::Known;
use super::results::score_words;
use super::{App, AppError, Result};
use crate::card::Level;
use crate::diagnostic::did_you_mean;
use crate::exam::Scope;
use crate::exam::gate::{Gate, Standing};
use crate::progress::course::{ExamSettings, Resource, Roadmap};
use crate::store::{DeckCount, DeckRow, EndRow, Opened, QueueFilter, SittingRow};
use crate::time::{Day, Moment};
use crate::view::path::{DeckLine, LevelView, PathView, ResourceView};
use crate::view::words;

impl App {
    /// Returns the map.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn path(&self, at: &Moment) -> Result<PathView> {
        let roadmap = self.roadmap();
        let standing = self.gates()?;
        let decks = self.store.decks()?;
        let counts = self.store.deck_counts(at)?;
        let sittings = self.store.sittings()?;
        let read = self.store.resources_read()?;
        let with_new = self.slugs_with_new(&decks, &standing)?;
        let (known, _) = self.known_by_deck(at)?;
        let mut levels = Vec::new();
        for level in Level::ALL {
            let gate = standing.level(level);
            let told = roadmap.levels.iter().find(|told| told.id == level);
            let mut resources = Vec::new();
            for resource in roadmap.resources.iter().filter(|resource| resource.level == level) {
                let lines: Vec<DeckLine> = resource
                    .decks
                    .iter()
                    .filter_map(|slug| decks.iter().find(|deck| deck.slug == *slug))
                    .map(|deck| {
                        let gate = self.gate_of(deck, &standing, &roadmap);
                        let held = held_by(deck, gate, &standing, &with_new);
                        let known = known.get(&deck.id).and_then(Known::share);
                        DeckLine { known, ..deck_line(deck, &counts, &held) }
                    })
                    .collect();
                resources.push(resource_view(resource, lines, read.get(&resource.id).copied()));
            }
            levels.push(LevelView {
                title: told.map_or_else(|| level.name().to_owned(), |told| told.title.clone()),
                goal: told.map(|told| told.goal.clone()).unwrap_or_default(),
                open: gate.is_open(),
                passed: standing.is_passed(level),
                state: level_state(level, gate, &standing, &sittings),
                resources,
            });
        }
        mark_next(&mut levels);
        let next = self.next_steps(at, &levels, &standing, &sittings)?;
        Ok(PathView { levels, next })
    }

    /// What to do next, the first thing first.
    fn next_steps(
        &self,
        at: &Moment,
        levels: &[LevelView],
        standing: &Standing,
        sittings: &[SittingRow],
    ) -> Result<Vec<String>> {
        let mut next = Vec::new();
        if let Some(row) = sittings.iter().rev().find(|row| row.end.is_none()) {
            next.push(format!("`retain {}` goes on with the exam that waits", row.scope.command()));
        }
        let due = self.due_now(at, &QueueFilter::default())?;
        if due > 0 {
            next.push(format!("`retain review`: {} due", words::plural(due, "card")));
        }
        let going = levels.iter().flat_map(|level| &level.resources).find(|resource| resource.next);
        match going {
            Some(resource) if resource.link.is_empty() => {
                next.push(format!("`retain review` takes new cards in order; now {}", resource.title));
            }
            Some(resource) => next.push(format!(
                "`retain review` takes new cards in order; now {}, `retain path --open {}` opens it",
                resource.title, resource.id
            )),
            None if standing.next_exam().is_some() => {
                next.push("every card of the open levels has been taken up".to_owned());
            }
            None => {}
        }
        if let Some(level) = standing.next_exam() {
            let opens =
                super::results::above(level).map_or(String::new(), |above| format!(" and opens {above}"));
            let from = resit_from(&Scope::Level(level), sittings, &self.exam_settings()?, at.today)
                .map_or(String::new(), |day| format!("from {} on ", words::date(day)));
            next.push(format!("{from}`retain exam {level}` says whether you have mastered {level}{opens}"));
        }
        if sittings.is_empty() && due == 0 {
            next.push("`retain placement` finds your level, if you are not a beginner".to_owned());
        }
        Ok(next)
    }

    /// Returns the map as data.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn path_json(&self, at: &Moment) -> Result<Value> {
        let view = self.path(at)?;
        let roadmap = self.roadmap();
        let sittings = self.store.sittings()?;
        let levels: Vec<Value> = Level::ALL
            .into_iter()
            .zip(&view.levels)
            .map(|(level, told)| {
                let last = last_end(level, &sittings);
                let resources: Vec<Value> = told
                    .resources
                    .iter()
                    .map(|resource| {
                        let links = roadmap.resource(&resource.id).map(|known| known.links.clone());
                        let decks: Vec<Value> = resource
                            .decks
                            .iter()
                            .map(|deck| {
                                json!({
                                    "deck": deck.slug, "cards": deck.cards, "new": deck.new, "learning": deck.learning,
                                    "young": deck.young, "mature": deck.mature, "recall_now": deck.known,
                                    "held_by": (!deck.held.is_empty()).then_some(&deck.held),
                                })
                            })
                            .collect();
                        json!({
                            "resource": resource.id, "title": resource.title, "links": links,
                            "optional": resource.optional, "read": !resource.read.is_empty(), "next": resource.next,
                            "decks": decks,
                        })
                    })
                    .collect();
                json!({
                    "level": level, "title": told.title, "goal": told.goal, "open": told.open, "passed": told.passed,
                    "state": told.state, "last_exam": last.map(|(row, end)| json!({
                        "exam": row.id, "day": end.day.to_string(), "passed": end.outcome.passed,
                        "right": end.outcome.right, "items": end.outcome.items,
                    })),
                    "resources": resources,
                })
            })
            .collect();
        Ok(json!({ "levels": levels, "next": view.next }))
    }

    /// Finds a resource by its id or title.
    ///
    /// # Errors
    /// Fails when the roadmap has none so called.
    pub fn resource_named(&self, name: &str) -> Result<Resource> {
        let roadmap = self.roadmap();
        let found = roadmap.resources.iter().find(|resource| {
            resource.id.eq_ignore_ascii_case(name) || resource.title.eq_ignore_ascii_case(name)
        });
        if let Some(resource) = found {
            return Ok(resource.clone());
        }
        let ids = roadmap.resources.iter().map(|resource| resource.id.as_str());
        let near = did_you_mean(name, ids).map(str::to_owned);
        Err(AppError::Unknown { what: "resource", name: name.to_owned(), near })
    }

    /// Says how a level or a deck stands: open or locked, why, the last score, and the cheapest way on.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn why_locked(&self, what: &Opened) -> Result<Vec<String>> {
        let roadmap = self.roadmap();
        let standing = self.gates()?;
        let sittings = self.store.sittings()?;
        let (settings, today) = (self.exam_settings()?, self.moment().today);
        let way_on = |gate: Gate, unlock: String| way_on(gate, &unlock, &sittings, &settings, today);
        let mut said = Vec::new();
        match what {
            Opened::Level(level) => {
                let gate = standing.level(*level);
                said.push(format!("{level} is {}", gate_words(gate)));
                said.extend(way_on(gate, format!("unlock {level}")));
                if gate.is_open() {
                    said.extend(last_score(*level, &sittings));
                }
            }
            Opened::Deck(slug) => {
                let decks = self.store.decks()?;
                let Some(deck) = decks.iter().find(|deck| deck.slug == *slug) else { return Ok(said) };
                let gate = self.gate_of(deck, &standing, &roadmap);
                let stands = match gate {
                    Gate::First => "open, as every deck of the first level".to_owned(),
                    gate => gate_words(gate),
                };
                said.push(format!("`{slug}` ({}) is {stands}", deck.head.name));
                said.extend(way_on(gate, format!("unlock {slug}")));
                let with_new = self.slugs_with_new(&decks, &standing)?;
                let waits = waits_for(deck, &standing, &with_new);
                if !waits.is_empty() {
                    let its = if gate.is_open() { "but its" } else { "and then its" };
                    let has = if waits.len() == 1 { "has" } else { "have" };
                    said.push(format!(
                        "{its} new cards come after those of {}, which still {has} some",
                        ticked(&waits)
                    ));
                    if gate.is_open() {
                        said.push(format!(
                            "the cheapest way on: `retain review --deck {}` takes those up, or `retain unlock {slug}` begins without them",
                            waits[0]
                        ));
                    }
                }
                if gate.is_open() && waits.is_empty() {
                    let left =
                        self.store.new_cards(deck.id, 1_000, self.moment().today, &QueueFilter::default())?;
                    said.push(match left.len() {
                        0 => "every card of it has been taken up".to_owned(),
                        left => format!(
                            "{} new: `retain review` takes them in the order of the course",
                            words::plural(left, "card")
                        ),
                    });
                }
                said.push(format!("it can be read, quizzed and examined in any case: `retain quiz {slug}`"));
            }
        }
        Ok(said)
    }

    /// The file stems of decks that still have new cards for which others wait: not those of levels that were passed.
    fn slugs_with_new(&self, decks: &[DeckRow], standing: &Standing) -> Result<HashSet<String>> {
        let waited_for = |deck: &&DeckRow| deck.head.level.is_none_or(|level| !standing.is_passed(level));
        let ids: Vec<i64> = decks.iter().filter(waited_for).map(|deck| deck.id).collect();
        let with_new: HashSet<i64> = self.store.decks_with_new(&ids, usize::MAX)?.into_iter().collect();
        Ok(decks.iter().filter(|deck| with_new.contains(&deck.id)).map(|deck| deck.slug.clone()).collect())
    }

    /// How a level stands, for the home screen; empty where there is nothing to say.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn level_note(&self, level: Level, standing: &Standing, sittings: &[SittingRow]) -> String {
        match standing.level(level) {
            Gate::Locked(needs) => format!("locked until the {needs} exam is passed: `retain exam {needs}`"),
            _ => exam_state(level, sittings).unwrap_or_default(),
        }
    }

    /// Says what keeps the decks or the level that were asked for from giving new cards; `None` where nothing does.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn locked_among(&self, wanted: &super::plan::Wanted) -> Result<Option<String>> {
        let (standing, roadmap) = (self.gates()?, self.roadmap());
        for name in &wanted.decks {
            let deck = self.deck_named(name)?;
            if self.is_locked(&deck, &standing, &roadmap) {
                return Ok(Some(format!("`{0}` is locked: `retain why {0}` says what opens it", deck.slug)));
            }
        }
        let level = wanted.level.filter(|level| !standing.level(*level).is_open());
        Ok(level.map(|level| format!("{level} is locked: `retain why {level}` says what opens it")))
    }

    /// Tells whether new cards of a deck wait for an exam.
    #[must_use]
    pub fn is_locked(&self, deck: &DeckRow, standing: &Standing, roadmap: &Roadmap) -> bool {
        !standing.deck(&deck.slug, deck.head.level, is_of_course(deck, roadmap)).is_open()
    }
}

fn deck_line(deck: &DeckRow, counts: &[DeckCount], held: &str) -> DeckLine {
    let count = counts.iter().find(|count| count.deck == deck.id).copied().unwrap_or_default();
    DeckLine {
        slug: deck.slug.clone(),
        cards: count.cards as usize,
        new: count.new as usize,
        learning: count.learning as usize,
        young: count.young as usize,
        mature: count.mature as usize,
        known: None,
        held: held.to_owned(),
    }
}

/// Marks the resource that new cards come from next: of a level that is open and not passed, else of one that was.
fn mark_next(levels: &mut [LevelView]) {
    for passed in [false, true] {
        let resources = levels
            .iter_mut()
            .filter(|level| level.open && level.passed == passed)
            .flat_map(|level| &mut level.resources)
            .filter(|resource| !resource.optional && resource.decks.iter().any(|deck| deck.new > 0));
        if let Some(next) = resources.into_iter().next() {
            next.next = true;
            return;
        }
    }
}

fn resource_view(resource: &Resource, decks: Vec<DeckLine>, read: Option<Day>) -> ResourceView {
    ResourceView {
        id: resource.id.clone(),
        title: resource.title.clone(),
        link: resource.links.first().cloned().unwrap_or_default(),
        optional: resource.optional,
        read: read.map_or_else(String::new, |day| format!("read {}", day.date().format("%-d %b %Y"))),
        next: false,
        decks,
    }
}

/// The decks that a deck waits for: required, with new cards left. A deck opened by hand waits for none.
fn waits_for<'a>(deck: &'a DeckRow, standing: &Standing, with_new: &HashSet<String>) -> Vec<&'a str> {
    if standing.decks.contains(&deck.slug) {
        return Vec::new();
    }
    deck.head.requires.iter().map(String::as_str).filter(|name| with_new.contains(*name)).collect()
}

/// What holds a deck back, in a few words.
fn held_by(deck: &DeckRow, gate: Gate, standing: &Standing, with_new: &HashSet<String>) -> String {
    match gate {
        // Its level says so already.
        Gate::Locked(_) => String::new(),
        Gate::ByHand => "unlocked by hand".to_owned(),
        _ if !with_new.contains(&deck.slug) => String::new(),
        _ => match waits_for(deck, standing, with_new).as_slice() {
            [] => String::new(),
            names => format!("after {}", names.join(", ")),
        },
    }
}

fn last_end(level: Level, sittings: &[SittingRow]) -> Option<(&SittingRow, &EndRow)> {
    sittings
        .iter()
        .rev()
        .filter(|row| row.scope == Scope::Level(level))
        .find_map(|row| row.end.as_ref().map(|end| (row, end)))
}

/// How the exam of a level stands: a pass stands for ever; what came after it stands beside it.
fn exam_state(level: Level, sittings: &[SittingRow]) -> Option<String> {
    let ends = || {
        sittings
            .iter()
            .rev()
            .filter(|row| row.scope == Scope::Level(level))
            .filter_map(|row| row.end.as_ref())
    };
    let last = ends().next()?;
    let told =
        |end: &EndRow| format!("{} on {}", score_words(&end.outcome), end.day.date().format("%-d %b %Y"));
    Some(match ends().find(|end| end.outcome.passed) {
        Some(passed) if !last.outcome.passed => format!("exam {}; last try {}", told(passed), told(last)),
        _ => format!("exam {}", told(last)),
    })
}

fn level_state(level: Level, gate: Gate, standing: &Standing, sittings: &[SittingRow]) -> String {
    let waiting = sittings.iter().any(|row| row.scope == Scope::Level(level) && row.end.is_none());
    let exam = match exam_state(level, sittings) {
        _ if waiting => "exam waits to be finished".to_owned(),
        Some(state) => state,
        None if standing.is_passed(level) => "exam passed by a higher one".to_owned(),
        None => "exam not sat yet".to_owned(),
    };
    match gate {
        Gate::Locked(needs) => format!("locked until the {needs} exam is passed"),
        Gate::ByHand => format!("unlocked by hand · {exam}"),
        _ => exam,
    }
}

fn gate_words(gate: Gate) -> String {
    match gate {
        Gate::First => "open: nothing comes before it".to_owned(),
        Gate::Passed(level) => format!("open: the {level} exam was passed"),
        Gate::ByHand => "open: it was unlocked by hand".to_owned(),
        Gate::Free => "open: it is a deck of your own".to_owned(),
        Gate::Locked(level) => format!("locked: its new cards wait until the {level} exam is passed"),
    }
}

fn last_score(level: Level, sittings: &[SittingRow]) -> Option<String> {
    last_end(level, sittings).map(|(row, end)| {
        format!(
            "the last {level} exam: {} on {} (`retain exams show {}`)",
            score_words(&end.outcome),
            words::date(end.day),
            row.id
        )
    })
}

/// The last score of the missing exam, and the cheapest way to open what is locked.
fn way_on(
    gate: Gate,
    unlock: &str,
    sittings: &[SittingRow],
    settings: &ExamSettings,
    today: Day,
) -> Vec<String> {
    let Gate::Locked(needs) = gate else { return Vec::new() };
    let scope = Scope::Level(needs);
    let when = match resit_from(&scope, sittings, settings, today) {
        _ if sittings.iter().any(|row| row.scope == scope && row.end.is_none()) => {
            "goes on with the one that waits".to_owned()
        }
        Some(day) => format!(
            "from {} on, {} items at the least, or now with `--force`",
            words::date(day),
            settings.min_items
        ),
        None => format!("{} items at the least", settings.min_items),
    };
    vec![
        last_score(needs, sittings).unwrap_or_else(|| format!("the {needs} exam was not sat yet")),
        format!("the cheapest way on: `retain exam {needs}`, {when}; `retain {unlock}` opens it without"),
    ]
}

fn ticked(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
