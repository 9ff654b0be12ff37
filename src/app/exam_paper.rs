//! The paper of an exam: which cards it may ask, every item drawn and looked at before the first is put.
//! Not for the shares that a paper keeps (`exam/blueprint.rs`), nor for sitting it (`exam.rs`).

use std::collections::{HashMap, HashSet};

use super::exam::scope_words;
use super::plan::Wanted;
use super::{App, AppError, Result};
use crate::card::{CardKind, CardUid, Level, Question};
use crate::exam::blueprint::{self, Blueprint, Candidate};
use crate::exam::{Item, Paper, ProblemRef, Rules, Scope, Section};
use crate::problem;
use crate::progress::course::Roadmap;
use crate::seed::Seed;
use crate::session::Loaded;
use crate::session::pose::{annotated, pose};
use crate::store::{DeckRow, QueueFilter};

/// A card that an exam may ask, with all that a paper says of it.
struct PoolCard {
    candidate: Candidate,
    deck: DeckRow,
    kind: String,
}

/// Problems of an exam are neither the easiest nor the hardest, so that two sittings weigh the same.
const DIFFICULTY: u8 = 1;

/// How often a problem that comes again is drawn anew to be another question. A family with few values may have no other.
const REDRAWS: u64 = 32;

/// Kinds that the machine marks without doubt. A hidden part of a sentence has too many right wordings.
const MARKABLE: &[&str] = &["choice", "several", "order", "typed", "number", "problem"];

impl App {
    /// Draws a paper and looks at every card on it: what cannot be asked is left out and drawn around.
    ///
    /// # Errors
    /// Fails when there is nothing to ask, or the database fails.
    pub fn exam_paper(
        &mut self,
        scope: &Scope,
        rules: &Rules,
        problem_share: f64,
        seed: Seed,
    ) -> Result<Paper> {
        let scopes: Vec<(Option<Level>, Scope)> = match scope {
            Scope::Placement => Level::ALL.map(|level| (Some(level), Scope::Level(level))).to_vec(),
            other => vec![(None, other.clone())],
        };
        let blueprint = Blueprint { items: rules.stop.most_of(scopes.len()), problem_share };
        let asked = self.store.times_examined()?;
        let mut paper = Paper::default();
        let mut number = 0;
        for (level, scope) in scopes {
            let pool = self.pool(&scope, &asked)?;
            let section_seed = seed.derive("section", paper.sections.len() as u64);
            let items = self.items_of(pool, &blueprint, number, seed, section_seed)?;
            if items.is_empty() {
                return Err(AppError::Refused(format!(
                    "{} has no card that the machine can mark: an exam needs choices, orderings, words, numbers or problems",
                    scope_words(&scope)
                )));
            }
            number += u32::try_from(items.len()).unwrap_or(u32::MAX);
            paper.sections.push(Section { level, items });
        }
        Ok(paper)
    }

    /// Draws the items of a section, numbered after `number`.
    fn items_of(
        &mut self,
        mut pool: Vec<PoolCard>,
        blueprint: &Blueprint,
        number: u32,
        seed: Seed,
        section_seed: Seed,
    ) -> Result<Vec<Item>> {
        // Each round that finds a card unfit leaves it out for good, so this ends.
        loop {
            let candidates: Vec<Candidate> = pool.iter().map(|card| card.candidate.clone()).collect();
            let mut unfit: HashSet<CardUid> = HashSet::new();
            let mut items: Vec<Item> = Vec::new();
            let mut shown: HashSet<(CardUid, String)> = HashSet::new();
            for place in blueprint::draw(&candidates, blueprint, section_seed) {
                let card = &pool[place];
                let uid = card.candidate.card;
                if unfit.contains(&uid) {
                    continue;
                }
                let at = number + u32::try_from(items.len()).unwrap_or(u32::MAX) + 1;
                let seed = seed.derive("item", at.into());
                match self.load(uid)?.and_then(|loaded| item_of(card, at, seed, &loaded, &shown)) {
                    Some((item, asked)) => {
                        shown.insert((uid, asked));
                        items.push(item);
                    }
                    None => {
                        unfit.insert(uid);
                    }
                }
            }
            if unfit.is_empty() {
                return Ok(items);
            }
            pool.retain(|card| !unfit.contains(&card.candidate.card));
        }
    }

    /// The cards that an exam on a scope may ask.
    fn pool(&self, scope: &Scope, asked: &HashMap<CardUid, u32>) -> Result<Vec<PoolCard>> {
        let roadmap = self.roadmap();
        let at_hand = self.filter(&Wanted::default())?;
        let decks: HashMap<i64, DeckRow> = self
            .store
            .decks()?
            .into_iter()
            .filter(|deck| at_hand.decks.as_ref().is_none_or(|ids| ids.contains(&deck.id)))
            .filter(|deck| covers(scope, deck, &roadmap))
            .map(|deck| (deck.id, deck))
            .collect();
        let filter = QueueFilter { decks: Some(decks.keys().copied().collect()), tag: None };
        let mut pool = Vec::new();
        for (card, record) in self.store.cards_with_records(&filter)? {
            // What was suspended was set aside for a reason; a leech is hard, not wrong.
            if !MARKABLE.contains(&card.kind.as_str()) || record.is_some_and(|record| record.suspended) {
                continue;
            }
            let Some(deck) = decks.get(&card.deck) else { continue };
            let concept = card.concepts.first().cloned().unwrap_or_else(|| {
                let key = card.key.0.as_str();
                key.split(['/', '#']).next().unwrap_or(key).to_owned()
            });
            pool.push(PoolCard {
                candidate: Candidate {
                    card: card.uid,
                    resource: resource_name(deck, &roadmap),
                    concept,
                    is_problem: card.kind == "problem",
                    asked: asked.get(&card.uid).copied().unwrap_or(0),
                },
                deck: deck.clone(),
                kind: card.kind,
            });
        }
        Ok(pool)
    }
}

fn covers(scope: &Scope, deck: &DeckRow, roadmap: &Roadmap) -> bool {
    match scope {
        Scope::Level(level) => deck.head.level == Some(*level),
        Scope::Deck(slug) => deck.slug == *slug,
        Scope::Resource(id) => resource_name(deck, roadmap) == *id,
        Scope::Area(area) => deck.head.area == Some(*area),
        Scope::Placement => deck.head.level.is_some(),
    }
}

/// The resource of a deck: what the roadmap says, else its front matter, else the deck alone.
fn resource_name(deck: &DeckRow, roadmap: &Roadmap) -> String {
    roadmap
        .resource_of(&deck.slug)
        .map(|resource| resource.id.clone())
        .or_else(|| deck.head.resource.clone())
        .unwrap_or_else(|| deck.slug.clone())
}

/// Makes an item of a card, and returns it with what it asks; `None` for a card that cannot be asked and marked.
///
/// A problem that was `shown` in this paper already is drawn until it asks something else.
fn item_of(
    card: &PoolCard,
    number: u32,
    seed: Seed,
    loaded: &Loaded,
    shown: &HashSet<(CardUid, String)>,
) -> Option<(Item, String)> {
    let uid = card.candidate.card;
    let problem = match &loaded.card.kind {
        CardKind::Problem { family, parameters } => {
            let version = problem::find(family)?.version();
            Some(ProblemRef { family: family.clone(), parameters: parameters.clone(), version })
        }
        _ => None,
    };
    let mut item = Item {
        number,
        card: uid,
        deck: card.deck.slug.clone(),
        resource: card.candidate.resource.clone(),
        area: card.deck.head.area,
        concept: card.candidate.concept.clone(),
        kind: card.kind.clone(),
        seed,
        difficulty: DIFFICULTY,
        problem,
    };
    let mut redraws = 0;
    loop {
        let asked = question_of(&item, loaded)?.prompt;
        if item.problem.is_none() || redraws == REDRAWS || !shown.contains(&(uid, asked.clone())) {
            return Some((item, asked));
        }
        redraws += 1;
        item.seed = seed.derive("again", redraws);
    }
}

/// The question of an item: the same values each time it is put.
pub(super) fn question_of(item: &Item, loaded: &Loaded) -> Option<Question> {
    let question = match &item.problem {
        Some(problem) => annotated(
            problem::redraw(
                &problem.family,
                problem.version,
                &problem.parameters,
                item.seed.0,
                item.difficulty,
            )?,
            &loaded.card,
        ),
        None => pose(&loaded.card, item.seed, item.difficulty)?,
    };
    question.form.is_checked().then_some(question)
}
