//! The shipped course: free of faults, complete after the roadmap, in an order that can be learnt.
//! Not for the linter's rules themselves (`decks.rs`).

use std::collections::{HashMap, HashSet};

use retain::card::{CardKind, Level};
use retain::deck::{self, Parsed, lint};
use retain::diagnostic::Severity;
use retain::progress::course::Roadmap;
use retain::shelf;
use retain::source::SourceText;

struct Course {
    sources: Vec<SourceText>,
    parsed: Vec<Parsed>,
}

fn course() -> Course {
    let sources: Vec<SourceText> =
        shelf::shipped().map(|file| SourceText::new(file.path, file.text())).collect();
    let parsed = sources.iter().map(deck::parse).collect();
    Course { sources, parsed }
}

fn roadmap() -> Roadmap {
    Roadmap::parse(shelf::shipped_file("roadmap.toml").unwrap()).unwrap()
}

/// Every resource that the roadmap names, level by level.
const RESOURCES: [(Level, &[&str]); 3] = [
    (
        Level::Beginner,
        &[
            "prerequisites",
            "knowledge-map",
            "fun-and-profit",
            "mit-6.824",
            "cmu-15-440",
            "cambridge-concdissys",
            "cmu-15-445",
            "ddia",
            "coulouris",
            "young-bloods",
        ],
    ),
    (
        Level::Intermediate,
        &["paper-trail-theory", "cmu-15-721", "cs244b", "tanenbaum", "large-scale-storage", "lynch"],
    ),
    (
        Level::Advanced,
        &[
            "gfs",
            "mapreduce",
            "bigtable",
            "dynamo",
            "talent-plan",
            "reading-lists",
            "raft",
            "zab",
            "multi-paxos",
            "percolator",
            "megastore",
            "paxos-commit",
            "note-on-ds",
            "flp-tour",
            "hadoop",
            "seaweedfs",
            "minio",
            "tidb",
            "etcd",
            "zookeeper",
            "spark",
            "flink",
            "ray",
            "distributed-ml",
            "reinforce",
        ],
    ),
];

#[test]
fn no_shipped_deck_has_a_fault_or_a_warning() {
    let course = course();
    let decks: Vec<(&SourceText, &Parsed)> = course.sources.iter().zip(&course.parsed).collect();
    let mut found = Vec::new();
    let mut take = |source: &SourceText, diagnostic: &retain::diagnostic::Diagnostic| {
        if diagnostic.severity >= Severity::Warning {
            let at = source.position(diagnostic.span.start);
            found.push(format!("{}:{} {}: {}", source.name, at.line, diagnostic.code, diagnostic.message));
        }
    };
    for (source, parsed) in &decks {
        parsed.diagnostics.iter().for_each(|diagnostic| take(source, diagnostic));
        lint::deck(source, parsed, &lint::Options::default())
            .iter()
            .for_each(|diagnostic| take(source, diagnostic));
    }
    for (index, diagnostic) in lint::collection(&decks) {
        take(decks[index].0, &diagnostic);
    }
    assert!(found.is_empty(), "{} findings\n{}", found.len(), found.join("\n"));
}

#[test]
fn every_resource_of_the_roadmap_has_cards_and_every_deck_a_resource() {
    let course = course();
    let roadmap = roadmap();
    let slugs: HashMap<String, &Parsed> = course
        .sources
        .iter()
        .zip(&course.parsed)
        .map(|(source, parsed)| (shelf::slug(&source.name), parsed))
        .collect();
    let mut listed = HashSet::new();
    for (level, names) in RESOURCES {
        for name in names {
            let resource = roadmap.resources.iter().find(|resource| resource.id == *name);
            let resource = resource.unwrap_or_else(|| panic!("`{name}` is missing from roadmap.toml"));
            assert_eq!(resource.level, level, "{name}");
            assert!(!resource.decks.is_empty(), "{name} has no deck");
            for deck in &resource.decks {
                let parsed = slugs.get(deck).unwrap_or_else(|| panic!("{name}: there is no deck `{deck}`"));
                assert!(parsed.cards().count() > 0, "{deck} has no card");
                assert_eq!(parsed.head.resource.as_deref(), Some(*name), "{deck}");
                assert_eq!(parsed.head.level, Some(level), "{deck}");
                assert!(listed.insert(deck.clone()), "{deck} is listed twice");
            }
        }
    }
    let known: usize = RESOURCES.iter().map(|(_, names)| names.len()).sum();
    assert_eq!(roadmap.resources.len(), known, "a resource that the test does not know");
    for slug in slugs.keys() {
        assert!(listed.contains(slug), "{slug} belongs to no resource in roadmap.toml");
    }
}

#[test]
fn ids_are_unique_and_given_for_every_card() {
    let course = course();
    let mut seen = HashMap::new();
    for (source, parsed) in course.sources.iter().zip(&course.parsed) {
        for card in parsed.cards() {
            assert!(card.key.is_explicit(), "{}: {} has no id", source.name, card.kind.title());
            if let Some(other) = seen.insert(card.key.0.clone(), source.name.clone()) {
                panic!("`{}` stands in {} and in {other}", card.key, source.name);
            }
        }
    }
    assert!(seen.len() > 2_800, "{} cards", seen.len());
}

#[test]
fn the_roadmap_lists_decks_in_an_order_that_can_be_learnt() {
    let course = course();
    let roadmap = roadmap();
    let place: HashMap<&str, usize> =
        roadmap.resources.iter().flat_map(|resource| &resource.decks).map(String::as_str).zip(0..).collect();
    assert_eq!(place.len(), course.sources.len());
    let levels: HashMap<String, Level> = course
        .sources
        .iter()
        .zip(&course.parsed)
        .filter_map(|(source, parsed)| Some((shelf::slug(&source.name), parsed.head.level?)))
        .collect();
    for (source, parsed) in course.sources.iter().zip(&course.parsed) {
        let own = levels[&shelf::slug(&source.name)];
        for required in &parsed.head.requires {
            let level =
                levels.get(required).unwrap_or_else(|| panic!("{} requires `{required}`", source.name));
            assert!(*level <= own, "{} requires `{required}` of a later level", source.name);
        }
    }
}

#[test]
fn every_problem_family_has_a_card() {
    let course = course();
    let used: HashSet<String> = course
        .parsed
        .iter()
        .flat_map(Parsed::cards)
        .filter_map(|card| match &card.kind {
            CardKind::Problem { family, .. } => Some(family.clone()),
            _ => None,
        })
        .collect();
    let unused: Vec<&str> = retain::problem::families()
        .iter()
        .map(|family| family.name())
        .filter(|name| !used.contains(*name))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}
