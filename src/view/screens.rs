//! Whole screens, as they look at 80, 40 and 120 columns: one file snapshot a screen and size.

use super::fit::fit;
use super::frame::{Frame, Line, Size};
use super::home::{DeckRow, HomeView, LevelRow};
use super::page::{KeyHint, Status};
use super::review::{Button, CardView, Entry, Left, Note, OptionView, OrderItem, Part};
use super::stats::{HardRow, MaturityRow, RetentionRow, Share, StatsView};
use super::summary::{QuizView, SummaryView};
use super::{help, history, home, review, stats, summary};
use crate::review::Verdict;
use crate::source::Span;
use crate::time::Day;

/// The usual terminal, a narrow one, and a large one.
const SIZES: [(usize, usize); 3] = [(80, 24), (40, 24), (120, 30)];

fn text(frame: &Frame, size: Size) -> String {
    let lines = fit(frame, size);
    assert_eq!(lines.len(), size.rows);
    let rows = lines.iter().map(|line: &Line| {
        assert!(line.width() <= size.columns, "{:?}", line.text());
        format!("{}\n", line.text().trim_end())
    });
    rows.collect()
}

/// Compares a screen with its snapshots at all sizes.
fn snapshots(name: &str, draw: impl Fn(Size) -> Frame) {
    for (columns, rows) in SIZES {
        let size = Size::new(columns, rows);
        insta::assert_snapshot!(format!("{name}_{columns}"), text(&draw(size), size));
    }
    // Any other size is drawn too, without harm.
    for columns in [1, 2, 3, 5, 9, 13, 19, 20, 33, 47, 59, 63] {
        for rows in [1, 2, 3, 7, 24] {
            let size = Size::new(columns, rows);
            text(&draw(size), size);
        }
    }
}

fn card() -> CardView {
    CardView {
        deck: "Raft".into(),
        level: "beginner".into(),
        stage: "new".into(),
        left: Left { new: 12, learning: 3, due: 41 },
        done: 18,
        total: 74,
        prompt: "Why must a Raft leader **not** count replicas to commit an entry from an *earlier* term?"
            .into(),
        part: Part::Recall {
            answer:
                "A later leader may still overwrite it: being stored on a majority does not make an old-term \
                     entry safe. See [the paper](https://raft.github.io/raft.pdf)."
                    .into(),
        },
        hint: Note::Hidden,
        why: Note::Hidden,
        source: Some("Ongaro & Ousterhout 2014, §5.4.2, figure 8".into()),
        ..CardView::default()
    }
}

fn grades() -> Vec<Button> {
    [("1", "Again", "10m"), ("2", "Hard", "15m"), ("3", "Good", "1d"), ("4", "Easy", "4d")]
        .map(|(key, label, interval)| Button {
            key: key.into(),
            label: label.into(),
            interval: interval.into(),
            proposed: false,
        })
        .into()
}

fn proposing(key: &str) -> Vec<Button> {
    let mut buttons = grades();
    for button in &mut buttons {
        button.proposed = button.key == key;
    }
    buttons
}

#[test]
fn question() {
    snapshots("question", |size| review::screen(&card(), size));
}

#[test]
fn answer() {
    let view = CardView {
        revealed: true,
        buttons: grades(),
        why: Note::Shown(
            "Only an entry of the leader's *current* term, once on a majority, blocks rivals by the up-to-date check; \
             earlier entries then commit with it. See [figure 8](fig8.png)."
                .into(),
        ),
        flag: Some("check the figure".into()),
        ..card()
    };
    snapshots("answer", |size| review::screen(&view, size));
    assert_eq!(view.links(), ["https://raft.github.io/raft.pdf", "fig8.png"]);
}

#[test]
fn a_long_card_scrolls() {
    let long: String = (1..=40).map(|n| format!("{n}. step number {n}\n")).collect();
    let view = CardView {
        revealed: true,
        buttons: grades(),
        part: Part::Recall { answer: long },
        scroll: 10,
        ..card()
    };
    snapshots("long", |size| review::screen(&view, size));
    let size = Size::USUAL;
    let end = review::screen(&CardView { scroll: 999, ..view }, size);
    assert!(text(&end, size).contains("▲ 27 lines above"), "{}", text(&end, size));
    assert_eq!(end.scroll, end.max_scroll(size.rows), "a scroll past the end is brought back");
}

fn choice(several: bool, revealed: bool) -> CardView {
    let option = |label: &str, text: &str, chosen, right, reason: Option<&str>| OptionView {
        label: label.into(),
        text: text.into(),
        chosen,
        right,
        reason: reason.map(Into::into),
    };
    CardView {
        prompt: "Which of these does an append-only log entry carry?".into(),
        part: Part::Choice {
            options: vec![
                option("1", "the `term` in which the leader received it", several, true, None),
                option(
                    "2",
                    "the commit index",
                    true,
                    false,
                    Some("That travels in `AppendEntries`, not in the entry."),
                ),
                option("3", "the command", false, several, None),
                option(
                    "4",
                    "a checksum of the whole log before it, which every follower recomputes",
                    false,
                    false,
                    None,
                ),
            ],
            several,
            cursor: 1,
        },
        revealed,
        ..card()
    }
}

#[test]
fn choosing() {
    snapshots("choice", |size| review::screen(&choice(false, false), size));
    let view = CardView {
        verdict: Some(Verdict::Wrong),
        buttons: proposing("1"),
        mistake: Some("you took what travels beside the entry for a part of it".into()),
        ..choice(false, true)
    };
    snapshots("choice_wrong", |size| review::screen(&view, size));
    snapshots("several", |size| review::screen(&choice(true, false), size));
    let view =
        CardView { verdict: Some(Verdict::Partly(0.5)), buttons: proposing("1"), ..choice(true, true) };
    snapshots("several_partly", |size| review::screen(&view, size));
}

#[test]
fn ordering() {
    let item = |text: &str, right_place| OrderItem { text: text.into(), right_place };
    let items = vec![
        item("coordinator sends `PREPARE`", 1),
        item("coordinator forces the decision", 3),
        item("participants force a prepare record and vote", 2),
        item("participants learn and acknowledge it", 4),
    ];
    let view = CardView {
        prompt: "Put one round of two-phase commit in order.".into(),
        part: Part::Order { items, cursor: 1, held: true },
        ..card()
    };
    snapshots("order", |size| review::screen(&view, size));
    let view =
        CardView { revealed: true, verdict: Some(Verdict::Partly(0.5)), buttons: proposing("1"), ..view };
    snapshots("order_partly", |size| review::screen(&view, size));
}

#[test]
fn typing() {
    let view = CardView {
        prompt: "What is the consistency model in which each operation takes effect at *one instant*?".into(),
        part: Part::Typed {
            text: "linearisabilty".into(),
            cursor: 6,
            right: "linearizability".into(),
            compare: true,
            gap: None,
        },
        ..card()
    };
    snapshots("typed", |size| review::screen(&view, size));
    let view = CardView { revealed: true, verdict: Some(Verdict::Wrong), buttons: proposing("1"), ..view };
    snapshots("typed_wrong", |size| review::screen(&view, size));
    let number = CardView {
        prompt: "How many servers does a crash-tolerant majority system need to survive $f = 2$ failures?"
            .into(),
        part: Part::Typed { text: "5".into(), cursor: 1, right: "5".into(), compare: false, gap: None },
        verdict: Some(Verdict::Right),
        buttons: proposing("3"),
        why: Note::Hidden,
        ..view
    };
    snapshots("number_right", |size| review::screen(&number, size));
}

#[test]
fn cloze() {
    let sentence = "A candidate wins when it has votes from a majority of the whole cluster.";
    let from = sentence.find("a majority").unwrap();
    let view = CardView {
        prompt: String::new(),
        part: Part::Cloze { text: sentence.into(), hidden: Span::new(from, from + 10) },
        hint: Note::Shown("More than *half*.".into()),
        mode: "quiz".into(),
        ..card()
    };
    snapshots("cloze", |size| review::screen(&view, size));
    let view = CardView {
        revealed: true,
        buttons: grades(),
        status: Some(Status::done("undone: the card before is back")),
        entry: Some(Entry { label: "flag note".into(), text: "is it strict?".into(), cursor: 13 }),
        hint: Note::None,
        ..view
    };
    snapshots("cloze_flagging", |size| review::screen(&view, size));
}

#[test]
fn helping() {
    snapshots("help", |size| help::screen("keys in review", &help::review_keys(), size, 0));
}

#[test]
fn card_history() {
    let row = |when: &str, what: &str, interval: &str, took: &str, note: &str| history::HistoryRow {
        when: when.into(),
        what: what.into(),
        interval: interval.into(),
        took: took.into(),
        note: note.into(),
    };
    let view = history::HistoryView {
        title: "Why must a Raft leader not count replicas to commit an entry from an earlier term?".into(),
        place: "raft-commit-rule · Raft · decks/beginner/raft.md:12".into(),
        facts: vec![
            ("due".into(), "in 12 days, on 2026-12-06".into()),
            ("interval".into(), "12d".into()),
            ("ease".into(), "2.36".into()),
            ("answers".into(), "4, 1 lapse".into()),
        ],
        reason: vec![
            "you answered good when it had waited 5 days: 5 × 2.36 is 12 days, and fuzz left it there".into(),
        ],
        answers: vec![
            row("2026-11-24 07:12", "good", "12d", "8 s", ""),
            row("2026-11-19 07:03", "good", "5d", "11 s", ""),
            row("2026-11-18 07:40", "again", "10m", "41 s", "undone"),
            row("2026-11-16 22:05", "suspended", "", "", ""),
        ],
    };
    snapshots("history", |size| history::screen(&view, size, 0));
}

fn menu(keys: &[(&str, &str)]) -> Vec<KeyHint> {
    keys.iter().map(|(key, does)| KeyHint::new(*key, *does)).collect()
}

#[test]
fn at_home() {
    let deck = |name: &str, due, new| DeckRow { name: name.into(), due, new };
    let view = HomeView {
        date: "Tuesday 24 November 2026".into(),
        due: 41,
        new_left: 10,
        done_today: 18,
        streak: 12,
        decks: vec![
            deck("Raft", 12, 3),
            deck("Consistency models", 9, 2),
            deck("Quorums", 8, 0),
            deck("Two-phase commit and its many famous alternatives", 0, 2),
        ],
        idle_decks: 4,
        levels: vec![
            LevelRow { name: "beginner".into(), total: 280, seen: 120, mature: 40, note: String::new() },
            LevelRow {
                name: "intermediate".into(),
                total: 1450,
                seen: 0,
                mature: 0,
                note: "opens with the beginner exam, or `retain unlock intermediate`".into(),
            },
        ],
        menu: menu(&[
            ("enter", "review"),
            ("z", "quiz"),
            ("a", "add"),
            ("c", "check"),
            ("t", "statistics"),
            ("?", "help"),
            ("q", "quit"),
        ]),
        notes: vec![Status::warning("2 cards in `own/raft.md` are broken: `retain check` shows where")],
    };
    snapshots("home", |size| home::screen(&view, size, 0));
    let first = HomeView { date: view.date, new_left: 20, menu: view.menu, ..HomeView::default() };
    snapshots("home_first_day", |size| home::screen(&first, size, 0));
}

#[test]
fn endings() {
    let view = SummaryView {
        answers: 74,
        cards: 62,
        new: 10,
        took_ms: 980_000,
        grades: [9, 5, 51, 9],
        due_tomorrow: 38,
        left_today: 0,
        streak: 13,
        notes: vec![Status::warning("1 leech was parked: `retain leeches`")],
        menu: menu(&[("enter", "home"), ("u", "undo"), ("m", "ten more new cards"), ("q", "quit")]),
    };
    snapshots("summary", |size| summary::screen(&view, size, 0));
    let nothing = SummaryView { due_tomorrow: 1, left_today: 3, menu: view.menu, ..SummaryView::default() };
    snapshots("summary_nothing", |size| summary::screen(&nothing, size, 0));
    let quiz = QuizView {
        asked: 20,
        right: 16,
        partly: 1,
        took_ms: 301_000,
        missed: vec![
            "Which of these does an append-only log entry carry? · Raft".into(),
            "Put one round of two-phase commit in order · Transactions".into(),
        ],
        menu: menu(&[("enter", "home"), ("z", "again"), ("q", "quit")]),
    };
    snapshots("quiz_over", |size| summary::quiz(&quiz, size, 0));
}

#[test]
fn statistics() {
    let today = Day(20_781);
    let row = |name: &str, total, new, young, mature| MaturityRow {
        name: name.into(),
        total,
        new,
        young,
        mature,
        suspended: usize::from(total) * 2,
    };
    let view = StatsView {
        today,
        answers_today: 74,
        new_today: 10,
        took_today_ms: 980_000,
        again_today: Share::new(9, 74),
        streak: 12,
        longest_streak: 31,
        days_studied: Share::new(180, 200),
        retention: ["7 days", "30 days", "a year"]
            .into_iter()
            .zip([60, 260, 2100])
            .map(|(period, whole)| RetentionRow {
                period: period.into(),
                all: Share::new(whole * 9 / 10, whole),
                mature: Share::new(whole / 4, whole / 4 + 2),
            })
            .collect(),
        maturity: vec![
            row("all", true, 1530, 160, 40),
            row("beginner", true, 160, 80, 40),
            row("Raft", false, 4, 20, 12),
            row("Consistency models and their hierarchy", false, 0, 30, 1),
        ],
        forecast: (0..30).map(|day| if day == 0 { 41 } else { 38 - day }).collect(),
        days: (0..200)
            .filter(|day| day % 9 != 0)
            .map(|day| (today.plus(-day), usize::try_from(day * 7 % 60).unwrap()))
            .collect(),
        time: (0..30).map(|day| (day * 37 % 11) * 60_000).collect(),
        time_ever_ms: 111_600_000,
        at_floor: crate::view::stats::Share::new(3, 60),
        known: Some((0.91, "sm2".into())),
        hardest: vec![
            HardRow {
                title: "Why must a Raft leader not count replicas to commit an entry from an earlier term?"
                    .into(),
                deck: "Raft".into(),
                lapses: 6,
                again: Share::new(9, 14),
            },
            HardRow {
                title: "A candidate wins when it has votes from […]".into(),
                deck: "Raft".into(),
                lapses: 1,
                again: Share::new(2, 9),
            },
        ],
    };
    for (columns, _) in SIZES {
        // As tall as needed: all of it is seen.
        let size = Size::new(columns, 70);
        insta::assert_snapshot!(format!("stats_{columns}"), text(&stats::screen(&view, size, 0), size));
    }
    for columns in (1..90).step_by(4) {
        let size = Size::new(columns, 24);
        text(&stats::screen(&view, size, 3), size);
    }
    let empty = StatsView {
        today,
        answers_today: 0,
        new_today: 0,
        took_today_ms: 0,
        again_today: Share::default(),
        streak: 0,
        longest_streak: 0,
        days_studied: Share::default(),
        retention: Vec::new(),
        maturity: Vec::new(),
        forecast: Vec::new(),
        days: Vec::new(),
        time: Vec::new(),
        time_ever_ms: 0,
        at_floor: crate::view::stats::Share::new(0, 0),
        known: None,
        hardest: Vec::new(),
    };
    insta::assert_snapshot!("stats_empty", text(&stats::screen(&empty, Size::USUAL, 0), Size::USUAL));
}

proptest::proptest! {
    #[test]
    fn any_card_fits_any_screen(
        prompt in "\\PC{0,60}",
        answer in "\\PC{0,60}",
        typed in "\\PC{0,20}",
        cursor in 0..40_usize,
        revealed: bool,
        columns in 1..130_usize,
        rows in 1..40_usize,
    ) {
        let size = Size::new(columns, rows);
        let recall = CardView {
            deck: typed.clone(),
            prompt,
            part: Part::Recall { answer: answer.clone() },
            revealed,
            buttons: grades(),
            why: Note::Shown(answer.clone()),
            ..card()
        };
        text(&review::screen(&recall, size), size);
        let part = Part::Typed { text: typed, cursor, right: answer, compare: true, gap: None };
        text(&review::screen(&CardView { part, verdict: Some(Verdict::Wrong), ..recall }, size), size);
    }
}

/// A reason that the why repeats is told once.
#[test]
fn reasons_are_told_once() {
    let mut view = choice(false, true);
    let Part::Choice { options, .. } = &mut view.part else { panic!("a choice") };
    options.iter_mut().for_each(|option| option.reason = Some("It keeps the newest.".into()));
    view.why = Note::Shown("It keeps the newest, as always.".into());
    let size = Size::new(80, 24);
    assert_eq!(text(&review::screen(&view, size), size).matches("It keeps the newest").count(), 1);
}
