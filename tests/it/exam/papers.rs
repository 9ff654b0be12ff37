//! Papers drawn from the shipped course: what each of them keeps, whatever the seed and wherever the exam stops.
//! Not for pools made up to try the rules (`exam/blueprint.rs` tests those).

use std::collections::{BTreeMap, HashMap, HashSet};

use retain::app::exam::ExamOptions;
use retain::card::{Area, CardUid, Level};
use retain::exam::{Item, Paper, Scope};
use retain::seed::Seed;

use super::options;
use crate::world::{Seat, World};

fn paper(seat: &mut Seat, scope: &Scope, seed: u64) -> Paper {
    let rules = retain::exam::Rules {
        stop: retain::exam::Stop::Sequential(retain::progress::sprt::Plan::USUAL),
        confidence: true,
        time_ms: None,
        reschedule: false,
    };
    seat.app.exam_paper(scope, &rules, 1.0 / 3.0, Seed(seed)).unwrap()
}

/// Asserts that problems are a third wherever the paper may be cut, and that nothing but problems comes again.
#[track_caller]
fn assert_a_third(items: &[Item], what: &str) {
    let mut problems = 0;
    let mut plain: HashSet<CardUid> = HashSet::new();
    for (number, item) in (1_usize..).zip(items) {
        problems += usize::from(item.problem.is_some());
        assert!(problems >= number.div_ceil(3), "{what}: {problems} problems of {number}");
        assert!(item.problem.is_some() || plain.insert(item.card), "{what}: {} again", item.concept);
    }
}

#[test]
fn the_papers_of_all_levels_keep_their_shares_for_every_seed_and_wherever_they_stop() {
    let world = World::with_course();
    let mut seat = world.seat();
    for level in Level::ALL {
        for seed in 0..5 {
            let paper = paper(&mut seat, &Scope::Level(level), seed);
            assert_eq!(
                paper,
                self::paper(&mut seat, &Scope::Level(level), seed),
                "the same seed, the same paper"
            );
            let [section] = paper.sections.as_slice() else { panic!() };
            let (items, what) = (&section.items, format!("{level}, seed {seed}"));
            assert_eq!(items.len(), 60, "{what}");
            assert_a_third(items, &what);
            let mut come: HashSet<&str> = HashSet::new();
            let mut problems_come: HashMap<CardUid, u32> = HashMap::new();
            for item in items {
                // A concept comes again only with a problem, and only once no problem has a concept left.
                if !come.insert(&item.concept) {
                    assert!(item.problem.is_some(), "{what}: {} again", item.concept);
                }
                if item.problem.is_some() {
                    *problems_come.entry(item.card).or_default() += 1;
                }
            }
            let (least, most) =
                (problems_come.values().min().unwrap(), problems_come.values().max().unwrap());
            assert!(most - least <= 1, "{what}: {problems_come:?}");
        }
    }
}

#[test]
fn each_resource_of_a_level_has_its_share_of_the_items() {
    let world = World::with_course();
    let mut seat = world.seat();
    let decks = seat.app.store.decks().unwrap();
    let roadmap = seat.app.roadmap();
    for level in Level::ALL {
        let whole = paper(&mut seat, &Scope::Level(level), 1);
        let mut taken: BTreeMap<&str, f64> = BTreeMap::new();
        for item in &whole.sections[0].items {
            *taken.entry(&item.resource).or_default() += 1.0;
        }
        // The concepts that a machine can ask, counted anew from the cards.
        let mut concepts: BTreeMap<&str, HashSet<String>> = BTreeMap::new();
        for deck in decks.iter().filter(|deck| deck.head.level == Some(level)) {
            let filter = retain::store::QueueFilter { decks: Some(vec![deck.id]), tag: None };
            for (card, _) in seat.app.store.cards_with_records(&filter).unwrap() {
                if !["recall", "cloze"].contains(&card.kind.as_str()) {
                    let key = card.key.0.split(['/', '#']).next().unwrap().to_owned();
                    let concept = card.concepts.first().cloned().unwrap_or(key);
                    concepts.entry(&roadmap.resource_of(&deck.slug).unwrap().id).or_default().insert(concept);
                }
            }
        }
        let all: usize = concepts.values().map(HashSet::len).sum();
        for (resource, of_it) in &concepts {
            let due = 60.0 * of_it.len() as f64 / all as f64;
            let got = taken.get(resource).copied().unwrap_or(0.0);
            // Problems come first, and they are not spread as the concepts are: some resources have none.
            assert!((got - due).abs() <= (due * 0.6).max(4.0), "{level}, {resource}: {got} for {due:.1}");
        }
    }
}

#[test]
fn a_problem_that_comes_again_is_another_question() {
    let deck = "Problem: quorum.faults\n<!-- id: q -->\n\nQ: One?\nNumber: 1\n<!-- id: one -->\n";
    let world = World::empty().deck("d", deck);
    let mut seat = world.seat();
    let paper = paper(&mut seat, &Scope::Deck("d".into()), 3);
    let items = &paper.sections[0].items;
    assert_eq!(items.len(), 60, "problems are without end");
    assert_a_third(items, "d");
    let prompts: HashSet<String> = items
        .iter()
        .filter_map(|item| {
            let problem = item.problem.as_ref()?;
            let drawn = retain::problem::redraw(
                &problem.family,
                problem.version,
                &problem.parameters,
                item.seed.0,
                item.difficulty,
            );
            Some(drawn.unwrap().prompt)
        })
        .collect();
    assert!(prompts.len() >= 20, "{} questions of one problem", prompts.len());
}

#[test]
fn every_scope_that_has_a_problem_keeps_the_third_and_small_ones_say_what_they_can_hold() {
    let world = World::with_course();
    let mut seat = world.seat();
    let decks = seat.app.store.decks().unwrap();
    let roadmap = seat.app.roadmap();
    let scopes = decks
        .iter()
        .step_by(3)
        .map(|deck| Scope::Deck(deck.slug.clone()))
        .chain(roadmap.resources.iter().step_by(2).map(|resource| Scope::Resource(resource.id.clone())))
        .chain(
            ["storage", "computation", "coordination", "ml"]
                .map(|name| Scope::Area(Area::from_name(name).unwrap())),
        );
    let mut kinds = [0; 2];
    for scope in scopes {
        let paper = paper(&mut seat, &scope, 5);
        let items = &paper.sections[0].items;
        let has_problems = items.iter().any(|item| item.problem.is_some());
        kinds[usize::from(has_problems)] += 1;
        if has_problems {
            assert_eq!(items.len(), 60, "{scope:?}");
            assert_a_third(items, &format!("{scope:?}"));
        } else {
            let cards: HashSet<CardUid> = items.iter().map(|item| item.card).collect();
            assert_eq!(cards.len(), items.len(), "{scope:?}");
        }
    }
    assert!(kinds.iter().all(|&count| count > 5), "{kinds:?}");
}

#[test]
fn an_exam_on_too_little_says_what_to_type_and_one_on_little_is_decided_at_its_last_item() {
    let world = World::empty()
        .deck("few", &super::numbers("beginner", "few", 3))
        .deck("some", &super::numbers("beginner", "some", 25));
    let mut seat = world.seat();
    let usual = options(&seat);
    let refused = |seat: &mut Seat, options: &ExamOptions| {
        seat.app.open_exam(&Scope::Deck("few".into()), options).err().unwrap().to_string()
    };
    assert_eq!(
        refused(&mut seat, &usual),
        "the deck `few` has 3 questions that the machine can mark, and this exam needs 20"
    );
    world.run(&["exam", "--deck", "few", "--fixed", "4"]).failure(
        1,
        "error: the deck `few` has 3 questions that the machine can mark, and this exam needs 4\n\
         hint: `retain exam --deck few --fixed 3` asks them all\n",
    );
    let fixed = ExamOptions { fixed: Some((4, 0.8)), ..usual };
    assert!(refused(&mut seat, &fixed).contains("this exam needs 4"));
    let exam = seat.app.open_exam(&Scope::Deck("some".into()), &usual).unwrap();
    let test = exam.sitting.test().unwrap();
    assert_eq!((test.plan().min, test.plan().max, exam.sitting.progress()), (20, 25, (1, 25)));
    assert!((0..=25).all(|right| test.decide(right, 25).is_some()));
}
