//! The commands around scheduling: `schedule`, `scheduler`, `why`, `eval`, `optimize`, `simulate`, `catchup`, `stats`.
//! Not for what schedulers compute (`schedule/`) or for the laws of stored states (`schedulers.rs`).

use std::io::{BufRead as _, BufReader, Write as _};

use retain::app::plan::Wanted;
use retain::app::schedulers::{Choice, Choices};
use retain::review::LogEvent;
use retain::schedule::catalogue::Options;
use retain::schedule::{Due, Memory};
use retain::session::queue::Order;
use retain::time::Day;
use serde_json::{Value, json};

use crate::world::{REVIEW, Seat, World, plain_deck};

const LOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/review-log.csv");

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A world of plain cards that have all been answered once, `Good`, on its first morning.
fn begun(cards: usize) -> (World, Seat) {
    let world = World::empty().deck("d", &plain_deck("d", cards));
    let mut seat = world.seat();
    let _ = seat.review(&" 3".repeat(cards));
    assert_eq!(seat.log().len(), cards);
    (world, seat)
}

// ---- retain schedule

#[test]
fn schedule_answers_each_line_at_once_and_a_bad_line_does_not_stop_the_rest() {
    let world = World::empty();
    let mut child = world.start(&["schedule", "--no-fuzz"]);
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut ask = |line: &str| -> Value {
        writeln!(input, "{line}").unwrap();
        // The input stays open: what is read was flushed for this line.
        serde_json::from_str(&output.next().unwrap().unwrap()).unwrap()
    };
    let new = ask(r#"{"id": 1, "reviews": [], "at": "2026-01-01T12:00:00Z"}"#);
    assert_eq!(new["due"], Value::Null);
    let again = new["next"]["again"].as_f64().unwrap();
    assert!((again - 10.0 / 1440.0).abs() < 1e-12, "ten minutes in days");
    assert_eq!(new["next"], json!({"again": again, "hard": 1.0, "good": 1.0, "easy": 4.0}));
    let bad = ask("{\"id\": 2,");
    assert_eq!((bad["line"].as_u64(), bad["error"].is_string()), (Some(2), true));
    assert_eq!(ask(r#"{"id": "x", "at": "yesterday"}"#)["line"], 3);
    assert_eq!(
        ask(r#"{"id": "x", "reviews": [{"at": "2026-01-01T12:00:00Z"}], "at": "2026-01-01T12:00:00Z"}"#)["line"],
        4
    );
    let known = ask(concat!(
        r#"{"id": {"any": "value"}, "reviews": [{"at": "2026-01-01T12:00:00Z", "grade": "good"}, "#,
        r#"{"at": "2026-01-02T12:00:00Z", "grade": "good"}], "at": "2026-01-04T12:00:00+01:00"}"#
    ));
    assert_eq!(known["id"], json!({"any": "value"}));
    // 1 d × 2.5 = 2.5 days, rounded up at the half; the study day begins at four, in the zone of the question.
    assert_eq!(
        (known["interval_days"].as_f64(), known["due"].as_str()),
        (Some(3.0), Some("2026-01-05T04:00:00+01:00"))
    );
    assert_eq!(known["state"]["ease"], 2.5);
    let recall = known["retrievability"].as_f64().unwrap();
    assert!((recall - 0.9_f64.powf(2.0 / 3.0)).abs() < 1e-12);
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn schedule_takes_the_options_of_each_scheduler_and_refuses_what_makes_no_sense() {
    let world = World::empty();
    let card = concat!(
        r#"{"id": 7, "reviews": [{"at": "2026-01-01T12:00:00Z", "grade": "good", "quality": 5}, "#,
        r#"{"at": "2026-01-04T12:00:00Z", "grade": "good", "quality": 4}], "at": "2026-01-10T12:00:00Z"}"#,
        "\n"
    );
    let ask = |args: &[&str]| {
        let args: Vec<&str> = ["schedule", "--no-fuzz"].iter().chain(args).copied().collect();
        lines(&world.feed(&args, card).success()).remove(0)
    };
    // 2.5 + 0.10 + 0, and the second interval of 1990.
    let old = ask(&["--scheduler", "sm2-1990"]);
    assert_eq!((&old["state"]["ease"], &old["interval_days"]), (&json!(2.6), &json!(6.0)));
    let days = |value: &Value| value["interval_days"].as_f64().unwrap();
    let retention = |share| days(&ask(&["--scheduler", "fsrs", "--retention", share]));
    assert!(retention("0.95") < retention("0.9") && retention("0.9") < retention("0.8"));
    let parameters = world.folder().join("w.json");
    std::fs::write(&parameters, "[0.4, 1.3, 9.9, 8.3, 6.4, 0.8, 3.0, 0.001, 1.9, 0.2, 0.8, 1.5, 0.06, 0.26, 1.6, 0.6, 1.9, 0.5, 0.09, 0.07, 0.15]").unwrap();
    let fitted = ask(&["--scheduler", "fsrs", "--parameters", parameters.to_str().unwrap()]);
    assert_ne!(days(&fitted), retention("0.9"));
    // At half past three the day before has not ended, unless it turns at three.
    let late = r#"{"id": 1, "reviews": [{"at": "2026-01-02T03:30:00Z", "grade": "easy"}], "at": "2026-01-02T03:30:00Z"}"#;
    let due = |start| {
        let said = world.feed(&["schedule", "--no-fuzz", "--day-start", start], late).success();
        lines(&said)[0]["due"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        (due("04:00"), due("03:00")),
        ("2026-01-05T04:00:00+00:00".into(), "2026-01-06T03:00:00+00:00".into())
    );
    world.run(&["schedule", "--scheduler", "fsr"]).failure(
        2,
        "error: no scheduler is called `fsr`; there are `sm2`, `sm2-1990`, `anki` and `fsrs`\nhint: did you mean `fsrs`\n",
    );
    world
        .run(&["schedule", "--retention", "2"])
        .failure(2, "error: `retention` must be 0.7 to 0.99, not 2\n");
    assert_eq!(world.run(&["schedule", "--scheduler", "fsrs", "--parameters", "nowhere"]).code, Some(1));
    assert_eq!(world.feed(&["schedule"], "\n\n").success(), "");
}

// ---- retain scheduler

#[test]
fn a_dry_run_shows_days_before_and_after_and_changes_nothing_and_a_change_can_be_taken_back() {
    let (world, mut seat) = begun(12);
    for _ in 0..3 {
        seat.pass_days(4);
        let _ = seat.review(&" 3 4 1 2".repeat(4));
    }
    drop(seat);
    let states = || {
        let records = world.store().all_records().unwrap();
        let mut records: Vec<_> = records.into_iter().map(|(card, record)| (card.0, record)).collect();
        records.sort_by_key(|(card, _)| *card);
        records
    };
    world.pass_days(14);
    let before = states();
    let shown = world.run(&["scheduler", "set", "fsrs", "--dry-run"]).success();
    for part in
        [" of 12 cards with a log would be due on another day", "\nbefore: ", "\nafter: ", "█", "today"]
    {
        assert!(shown.contains(part), "{part}:\n{shown}");
    }
    assert!(shown.ends_with("nothing was changed; without --dry-run it will be\n"));
    assert_eq!(states(), before);
    for name in ["fsrs", "anki", "sm2-1990"] {
        let done = world.run(&["scheduler", "set", name]).success();
        assert!(done.ends_with("done: 12 cards were scheduled anew from the log\n"), "{done}");
        assert_ne!(states(), before);
        assert!(world.run(&["doctor"]).success().contains("states: equal to the replay of the log"));
    }
    let _ = world.run(&["scheduler", "set", "sm2"]).success();
    assert_eq!(states(), before, "nothing is lost");
    let _ = world.run(&["scheduler", "set", "fsrs", "--deck", "d", "--retention", "0.85"]).success();
    assert!(world.run(&["scheduler"]).success().contains("for d: fsrs, retention 0.85"));
    assert!(states().iter().all(|(_, record)| matches!(record.state.memory, Memory::Fsrs { .. })));
    let _ = world.run(&["scheduler", "unset", "--deck", "d"]).success();
    assert_eq!(states(), before);
    world.run(&["scheduler", "unset", "--deck", "d"]).failure(1, "error: `d` has no scheduler of its own\n");
    world
        .run(&["scheduler", "set", "fsrs", "--deck", "nosuch"])
        .failure(2, "error: there is no deck `nosuch`\nhint: `retain deck list` names them all\n");
}

#[test]
fn a_card_brought_from_elsewhere_without_a_log_keeps_its_day_and_its_ease_is_converted() {
    let world = World::empty().deck("d", &plain_deck("d", 1));
    let mut seat = world.seat();
    let today = seat.app.moment().today;
    let import = LogEvent::Import { ease: Some(2100), interval: 30, due: today.plus(12) };
    seat.app.mark(seat.uid("d-0"), &import).unwrap();
    let state = seat.record("d-0").state;
    assert_eq!(
        (state.interval, state.due, state.memory),
        (30, Due::On(today.plus(12)), Memory::Ease { permille: 2100 })
    );
    let choice = Choice { name: "fsrs".into(), options: Options::default() };
    let _ = seat.app.take_choices(&Choices { collection: Some(choice), ..Choices::default() }).unwrap();
    let state = seat.record("d-0").state;
    let Memory::Fsrs { stability, difficulty } = state.memory else { panic!("{state:?}") };
    // Recall 0.9 after 30 days; growth of 2.1 there: 11 - (E - 1) / (e^w8 S^-w9 (e^(w10 (1 - 0.9)) - 1)).
    let growth = 1.8722_f64.exp() * 30.0_f64.powf(-0.1666) * (0.0796_f64.exp() - 1.0);
    assert!(
        (stability - 30.0).abs() < 1e-9 && (difficulty - (11.0 - 1.1 / growth)).abs() < 1e-9,
        "{state:?}"
    );
    assert_eq!(state.due, Due::On(today.plus(12)));
    seat.assert_states_are_replays();
}

// ---- retain why

#[test]
fn why_names_fuzz_and_balanced_days_when_they_move_a_date() {
    let mut world = World::empty().deck("d", &plain_deck("d", 40));
    world = world.set(|settings| settings.balance = true);
    let mut seat = world.seat();
    let _ = seat.review(&" 3".repeat(40));
    for days in [1, 4, 10] {
        seat.pass_days(days);
        let _ = seat.review(&" 3".repeat(40));
    }
    drop(seat);
    world.pass_days(15);
    let said: Vec<String> = (0..40).map(|n| world.run(&["why", &format!("d-{n}")]).success()).collect();
    let with = |part: &str| said.iter().filter(|said| said.contains(part)).count();
    assert_eq!(with("; fuzz allows "), 40);
    assert!(with("\nfuzz chose ") > 0 && with("\nload balancing chose ") > 0);
    assert_eq!(with("\nfuzz chose ") + with("\nload balancing chose "), 40);
    // Every answer with its formula, and what each button would do.
    for part in
        ["first interval: 1 d", " × 2.50 = 2.5 d", "answered now:\n  again    10m  forgotten", "\n  easy   "]
    {
        assert_eq!(with(part), 40, "{part}:\n{}", said[0]);
    }
}

#[test]
fn why_names_siblings_and_the_limit_of_the_day() {
    let block = "C: The [first] comes before the [second].\n<!-- id: pair -->\n";
    let world =
        World::empty().deck("d", &(plain_deck("d", 3) + block)).set(|settings| settings.reviews_per_day = 2);
    let mut seat = world.seat();
    let pair = ["pair#1", "pair#2"];
    let _ = seat.review_of(&["d-0", "d-1", "d-2", pair[0]], &" 3".repeat(4));
    let _ = seat.review_of(&[pair[1]], " 3");
    drop(seat);
    world.pass_days(1);
    let said = world.run(&["why", "d-0"]).success();
    assert!(said.contains("5 cards are due and the day has room for 2: it may wait its turn"), "{said}");
    world.seat().review_of(&[pair[0]], " 3q");
    let said = world.run(&["why", pair[1]]).success();
    assert!(
        said.contains("a card of the same block was answered today: siblings wait for another day"),
        "{said}"
    );
    world.run(&["why", "nosuch"]).failure(2, "error: there is no card `nosuch`\n");
}

// ---- load

#[test]
fn days_that_do_not_suit_are_avoided_where_the_fuzz_allows_it() {
    let mut world = World::empty().deck("d", &plain_deck("d", 60));
    world = world.set(|settings| {
        settings.balance = true;
        settings.new_per_day = 60;
    });
    // The file says it, as a learner would.
    let config = world.home().join("config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text + "easy_days = [1, 1, 1, 1, 1, 0, 0]\n").unwrap();
    let mut keys = String::new();
    for _ in 0..60 {
        keys += "\n4\n";
    }
    let _ = world.feed(&["review", "--plain"], &keys).success();
    let due: Vec<Day> = world
        .store()
        .all_records()
        .unwrap()
        .into_values()
        .filter_map(|record| if let Due::On(day) = record.state.due { Some(day) } else { None })
        .collect();
    assert_eq!(due.len(), 60);
    // Four days from a Tuesday, a day either way: Friday to Sunday... only Friday suits.
    assert!(due.iter().all(|day| day.weekday() < 5), "{due:?}");
    std::fs::write(&config, "easy_days = [1, 1, 2]\n").unwrap();
    assert_eq!(world.run(&["stats"]).code, Some(2));
}

#[test]
fn the_share_of_cards_at_the_lowest_ease_is_among_the_statistics() {
    let (world, mut seat) = begun(4);
    for _ in 0..7 {
        seat.pass_days(400);
        // The retry comes within the same sitting.
        let _ = seat.review_of(&["d-0"], " 1 3");
    }
    drop(seat);
    let stats: Value = serde_json::from_str(&world.run(&["stats", "--json"]).success()).unwrap();
    assert_eq!(stats["cards_at_ease_floor"], json!({"part": 1, "whole": 4, "share": 0.25}));
}

// ---- backlog

#[test]
fn each_order_of_a_backlog_is_the_same_every_time_and_goes_by_its_rule() {
    let (world, mut seat) = begun(30);
    seat.pass_days(1);
    let _ = seat.review(&" 3 4 2".repeat(10));
    drop(seat);
    let world = world.set(|settings| settings.reviews_per_day = 10);
    world.pass_days(30);
    let seat = world.seat();
    let today = seat.app.moment().today;
    let overdueness = |order| -> Vec<f64> {
        let queue = |()| {
            let wanted = Wanted { order, ..Wanted::default() };
            let filter = seat.app.filter(&wanted).unwrap();
            seat.app.plan(&wanted, &filter, &seat.app.moment()).unwrap()
        };
        let (plan, room) = queue(());
        assert!(room.backlog && room.new == 0, "new cards pause");
        assert_eq!(plan.main, queue(()).0.main, "the same every time");
        assert_eq!(plan.main.len(), 10);
        let of = |card| seat.app.store.record(card).unwrap().unwrap().state.overdueness(today).unwrap();
        plan.main.iter().map(|card| of(card.card)).collect()
    };
    let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
    let (least, most) = (mean(overdueness(Order::Relative)), mean(overdueness(Order::Rescue)));
    let chance = mean(overdueness(Order::Random));
    assert!(least < chance && chance < most, "{least} {chance} {most}");
    assert!(mean(overdueness(Order::ShortFirst)) > chance, "short intervals are the most overdue here");
    drop(seat);
    for order in [&["--rescue"][..], &["--order", "random"], &["--order", "short-first"]] {
        let args: Vec<&str> = ["review", "--plain"].iter().chain(order).copied().collect();
        let first = world.run(&args).success();
        assert!(first.contains("What is number"), "{first}");
        assert_eq!(first, world.run(&args).success());
    }
}

#[test]
fn catching_up_is_planned_with_a_quota_and_a_date_and_shows_on_the_home_screen() {
    let (world, seat) = begun(30);
    drop(seat);
    let nothing = world.run(&["catchup"]);
    nothing.failure(1, "error: there is no backlog to catch up with\n");
    world.pass_days(10);
    // Recall of a day's interval after ten days counts as one half: 30 / (5 - 0.5 × 4) = 10.
    let said = world.run(&["catchup", "--days", "5", "--dry-run"]).success();
    assert!(
        said.starts_with("30 cards due: 10 reviews a day for 5 days, done on Tuesday 8 December 2026\n"),
        "{said}"
    );
    assert!(!world.run(&[]).success().contains("catching up"));
    let _ = world.run(&["catchup", "--days", "5"]).success();
    assert!(world.run(&[]).success().contains("catching up: 10 a day until Tuesday 8 December 2026"));
    let plan = world.seat().session();
    assert_eq!(plan.left(), (10, 0), "the quota of the day");
    world.pass_days(5);
    assert!(!world.run(&[]).success().contains("catching up"), "the plan has come to its end");
    let _ = world.run(&["catchup"]).success();
    let _ = world.run(&["catchup", "--clear"]).success();
    assert!(!world.run(&[]).success().contains("catching up"));
    for days in ["0", "x", "-3"] {
        assert_eq!(world.run(&["catchup", "--days", days]).code, Some(2), "{days}");
    }
}

#[test]
fn a_date_to_aim_at_brings_cards_up_before_their_day_as_it_comes_near() {
    let (world, mut seat) = begun(6);
    for days in [1, 3, 8] {
        seat.pass_days(days);
        let _ = seat.review(&" 3".repeat(6));
    }
    drop(seat);
    world.pass_days(12);
    let early = || world.seat().session().left().0;
    world.pass_days(8);
    assert_eq!(early(), 0, "nothing is due");
    let (now, zone) = world.now();
    let eve = now.plus_ms(2 * retain::time::DAY_MS).to_rfc3339(zone)[..10].to_owned();
    let far = now.plus_ms(40 * retain::time::DAY_MS).to_rfc3339(zone)[..10].to_owned();
    assert!(world.run(&["catchup", "--by", &far, "--deck", "d"]).success().starts_with("d by "));
    assert_eq!(early(), 0, "it is far off");
    let _ = world.run(&["catchup", "--by", &eve, "--deck", "d"]).success();
    assert!(world.run(&[]).success().contains("· d by "));
    assert!(early() >= 3, "recall is under what the date asks for: {}", early());
    let _ = world.run(&["catchup", "--clear", "--deck", "d"]).success();
    assert_eq!(early(), 0);
    world.run(&["catchup", "--by", "2020-01-01", "--deck", "d"]).failure(2, "error: 2020-01-01 has passed\n");
    world.run(&["catchup", "--by", &eve]).failure(
        2,
        "error: a date needs a deck or a level to aim at\nhint: `retain catchup --by DATE --level beginner`\n",
    );
    world
        .run(&["catchup", "--by", &eve, "--deck", "nosuch"])
        .failure(2, "error: there is no deck `nosuch`\nhint: `retain deck list` names them all\n");
    assert_eq!(world.run(&["catchup", "--by", "2027-13-01", "--deck", "d"]).code, Some(2));
}

// ---- retain eval, retain optimize

#[test]
fn eval_prints_the_reference_figures_and_reads_both_layouts() {
    let world = World::empty();
    let said = world.run(&["eval", "--log", LOG]).success();
    assert!(said.starts_with("7482 answers, 3750 scored, 3000 evaluated\n"), "{said}");
    for row in [
        "avg                    3000    0.4895      0.1167  0.5038  -0.0911    35",
        "moving-avg             3000    0.4704      0.0749  0.5322  -0.0021    35",
        "sm2-1990               3000    0.5583      0.1201  0.5705  +0.0889    35",
        "sm2-wikipedia          3000    0.5285      0.1145  0.5642  +0.0796    35",
        "anki                   3000    0.4876      0.0966  0.5426  +0.0506    35",
        "sm2-1990 calibrated    3000    0.4618      0.0675  0.5590  -0.0081    35",
        "anki calibrated        3000    0.4626      0.0747  0.5339  -0.0054    35",
        "fsrs default           3000    0.4358      0.0764  0.6696  -0.0194    35",
        "blend                  3000    0.4211      0.0448  0.6823  -0.0009    35 *",
        "suggested: blend, better than moving-avg by 0.0493 (95 % interval ",
        "calibration of blend: predicted recall, observed recall",
    ] {
        assert!(said.contains(&format!("\n{row}")), "{row}\n{said}");
    }
    let page = include_str!("../../docs/scheduling.md");
    for name in ["sm2-1990", "blend"] {
        let told = world.run(&["eval", "--log", LOG, "--calibration", name]).success();
        let (_, table) = told.split_once("\ncalibration of ").unwrap();
        assert!(page.contains(table.trim_end()), "docs/scheduling.md shows what is printed: {table}");
    }
    // The other layout: other columns and order, instants in milliseconds.
    let text = std::fs::read_to_string(LOG).unwrap();
    let mut other = "review_state,review_time,card_id,review_rating,review_duration\r\n".to_owned();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let at = retain::time::Timestamp::parse_rfc3339(fields[2]).unwrap().0;
        other += &format!("2,{},{},{},{}\r\n", at.0, fields[0], fields[1], fields[3]);
    }
    let path = world.folder().join("other.csv");
    std::fs::write(&path, other).unwrap();
    let other = world.run(&["eval", "--log", path.to_str().unwrap()]).success();
    assert_eq!(other, said);
    let all = world.run(&["eval", "--log", LOG, "--calibration", "all"]).success();
    assert_eq!(all.matches("\ncalibration of ").count(), 13 - usize::from(cfg!(not(feature = "optimize"))));
    let unknown = world.run(&["eval", "--log", LOG, "--calibration", "blent"]);
    assert_eq!((unknown.code, unknown.stderr.contains("did you mean `blend`")), (Some(2), true));
    let report: Value =
        serde_json::from_str(&world.run(&["eval", "--log", LOG, "--json"]).success()).unwrap();
    assert_eq!((&report["best"], &report["evaluated"]), (&json!("blend"), &json!(3000)));
    assert_eq!(report["predictors"][0]["score"]["calibration"].as_array().unwrap().len(), 10);
    assert!(!world.database().exists() || world.log_len() == 0, "another's log leaves no trace");
}

/// A log in which nothing but chance decides: each card once a day for some days, four of five recalled.
fn log_of_chance(cards: u64, days: u64) -> String {
    let mut text = "card_id,review_rating,review_time,review_duration\n".to_owned();
    for day in 0..days {
        for card in 0..cards {
            let unit = retain::seed::Seed(40).derive("chance", day * cards + card).unit();
            let at = 1_700_000_000_000 + day * 86_400_000 + card * 1_000;
            text += &format!("{card},{},{at},5000\n", if unit < 0.2 { 1 } else { 3 });
        }
    }
    text
}

#[test]
fn eval_says_when_nothing_beats_the_baselines_and_when_there_is_too_little_to_tell() {
    let world = World::empty();
    let path = world.folder().join("log.csv");
    let eval = |text: &str| {
        std::fs::write(&path, text).unwrap();
        world.run(&["eval", "--log", path.to_str().unwrap()])
    };
    let said = eval(&log_of_chance(30, 20)).success();
    assert!(said.contains("\nnothing beats the baselines: "), "{said}");
    assert!(eval(&log_of_chance(10, 6)).success().contains("\n40 answers evaluated are too few to tell"));
    let nothing = "no answer can be scored yet: come back when cards have returned on a later day\n";
    assert_eq!(eval(&log_of_chance(1, 1)).success(), nothing);
    assert_eq!(world.run(&["eval"]).success(), nothing);
    let one = world.run(&["eval", "--json"]).success();
    assert_eq!(one, "{\"scored\":0,\"predictors\":[]}\n");
    let name = path.display();
    eval("").failure(
        1,
        &format!(
            "warning: {name}:1: the first line must name the columns `card_id`, `review_rating` and `review_time`\nerror: there is no review in `{name}`\n"
        ),
    );
    let bad = eval(
        "card_id,review_rating,review_time\n1,3,1700000000000\nx,3,1700000000000\n1,9,1700000000000\n1,3,noon\n",
    );
    assert_eq!((bad.code, bad.stdout.as_str()), (Some(0), nothing));
    for problem in [
        "3: `card_id` is no number: `x`",
        "4: `review_rating` is not 1 to 4: `9`",
        "5: `review_time` is no instant: `noon`",
    ] {
        assert!(bad.stderr.contains(problem), "{}", bad.stderr);
    }
    assert_eq!(world.run(&["eval", "--log", "nowhere"]).code, Some(1));
    assert_eq!(world.run(&["eval", "--log", "."]).code, Some(1));
    std::fs::write(&path, [0xff, 0xfe, 0x00]).unwrap();
    assert_eq!(world.run(&["eval", "--log", path.to_str().unwrap()]).code, Some(1));
}

#[cfg(feature = "optimize")]
#[test]
fn optimize_shows_the_gain_on_what_was_held_back_and_keeps_the_old_parameters_without_one() {
    let world = World::empty();
    let said = world.run(&["optimize", "--log", LOG]).success();
    assert!(said.starts_with("log loss on reviews held back: 0.4358 as it is, 0.43"), "{said}");
    assert!(said.contains("\ngain: +0.0") && said.contains(", 95 % interval "), "{said}");
    let path = world.folder().join("log.csv");
    let (_, interval) = said.split_once("interval ").unwrap();
    let gained = !interval.starts_with('-');
    assert_eq!(gained, said.contains("\n["), "{said}");
    assert_ne!(gained, said.contains("no gain beyond luck: the old parameters are kept"), "{said}");
    std::fs::write(&path, log_of_chance(20, 5)).unwrap();
    world.run(&["optimize", "--log", path.to_str().unwrap()]).failure(
        1,
        "error: 80 answers can be learnt from, 400 are needed\nhint: the default parameters are good until then\n",
    );
    world.run(&["optimize"]).failure(
        1,
        "error: 0 answers can be learnt from, 400 are needed\nhint: the default parameters are good until then\n",
    );
}

// ---- the predictor of our own in use

#[test]
fn the_best_predictor_on_the_log_is_used_for_the_queue_the_map_and_the_statistics() {
    let (world, mut seat) = begun(8);
    seat.pass_days(3);
    let _ = seat.review(&" 3 1 4 3".repeat(4));
    drop(seat);
    world.pass_days(9);
    let known = |world: &World| -> (Value, Value) {
        let stats: Value = serde_json::from_str(&world.run(&["stats", "--json"]).success()).unwrap();
        let why = world.run(&["why", "d-0"]).success();
        (stats["known_now"]["predictor"].clone(), json!(why.contains("recall now, as blend sees it: ")))
    };
    assert_eq!(known(&world), (json!("sm2"), json!(false)));
    world.seat().app.keep_best_predictor("blend").unwrap();
    assert_eq!(known(&world), (json!("blend"), json!(true)));
    let seat = world.seat();
    let (by_deck, who) = seat.app.known_by_deck(&seat.app.moment()).unwrap();
    let deck = seat.app.deck_named("d").unwrap().id;
    let foresight = seat.app.foresight().unwrap().unwrap();
    let mean = (0..8)
        .map(|n| foresight.recall(seat.uid(&format!("d-{n}")), &seat.app.moment()).unwrap())
        .sum::<f64>()
        / 8.0;
    assert_eq!(who, "blend");
    assert!((by_deck[&deck].share().unwrap() - mean).abs() < 1e-12);
    // The queue: most likely forgotten first, as it sees things.
    let session = seat.plan(&Wanted::default(), REVIEW);
    assert!(session.left().0 > 1);
    let filter = seat.app.filter(&Wanted::default()).unwrap();
    let (plan, _) = seat
        .app
        .plan(&Wanted { order: Order::Rescue, ..Wanted::default() }, &filter, &seat.app.moment())
        .unwrap();
    let recall: Vec<f64> =
        plan.main.iter().map(|card| foresight.recall(card.card, &seat.app.moment()).unwrap()).collect();
    assert!(recall.is_sorted(), "{recall:?}");
}

// ---- retain simulate

#[test]
fn simulate_plots_each_scheduler_and_retention_and_speaks_json() {
    let (world, seat) = begun(10);
    drop(seat);
    let said = world.run(&["simulate", "--days", "30"]).success();
    for part in [
        "\nsm2 ",
        "\nsm2-1990 ",
        "\nanki ",
        "\nfsrs ",
        "\nanswers a day, from today: 0 to ",
        "\nminutes a day: 0 to ",
        "\nexpected recall, in per cent: ",
    ] {
        assert!(said.contains(part), "{part}:\n{said}");
    }
    let args = [
        "simulate",
        "--days",
        "30",
        "--scheduler",
        "fsrs",
        "--retention",
        "0.8",
        "--retention",
        "0.95",
        "--json",
    ];
    let report: Value = serde_json::from_str(&world.run(&args).success()).unwrap();
    let futures = report["futures"].as_array().unwrap();
    assert_eq!(futures.len(), 2);
    let number = |n: usize, name: &str| futures[n][name].as_f64().unwrap();
    assert!(number(0, "minutes_a_day") < number(1, "minutes_a_day"));
    assert!(number(0, "recall_at_the_end") < number(1, "recall_at_the_end"));
    assert_eq!(futures[0]["days"].as_array().unwrap().len(), 30);
    assert_eq!(
        report,
        serde_json::from_str::<Value>(&world.run(&args).success()).unwrap(),
        "the same every time"
    );
    assert_eq!(world.run(&["simulate", "--scheduler", "sm3"]).code, Some(2));
    assert_eq!(world.run(&["simulate", "--retention", "1.5"]).code, Some(2));
    assert_eq!(world.run(&["simulate", "--days", "0"]).code, Some(2));
    assert_eq!(World::empty().run(&["simulate"]).code, Some(1), "there is no card");
}
