//! Taking answers back, and cards that are edited under way.

use super::*;

// ---- taking back

#[test]
fn undo_goes_back_as_far_as_there_are_answers_and_asks_each_card_again() {
    let world = World::empty().deck("d", &plain_deck("d", 4));
    let mut seat = world.seat();
    // Three answers, three undos, one too many; the log keeps everything.
    let terminal = seat.review(" 1 3 4uuuuq");
    assert_eq!(numbers(&terminal, "d"), [0, 1, 2, 3, 2, 1, 0]);
    assert!(terminal.screen().contains("there is nothing to take back"), "{}", terminal.screen());
    assert_eq!(seat.log().len(), 6);
    for key in ["d-0", "d-1", "d-2"] {
        assert_eq!(seat.record(key), retain::schedule::replay::CardRecord::default(), "{key}");
    }
    seat.assert_states_are_replays();
    // And on: the same cards are answered anew.
    let _ = seat.review(" 3 3q");
    assert_eq!(seat.record("d-0").state.reps, 1);
    seat.assert_states_are_replays();
}

#[test]
fn undo_works_after_the_last_card_and_the_summary_forgets_what_was_taken_back() {
    let world = World::empty().deck("d", &plain_deck("d", 1));
    let mut seat = world.seat();
    let terminal = seat.review(" 4u 3q");
    let screens = terminal.screens();
    assert!(screens[2].contains("done for"), "{}", screens[2]);
    assert!(screens[3].contains("taken back: answer again"), "{}", screens[3]);
    let end = terminal.screen();
    assert!(end.contains("good 1") && end.contains("easy 0"), "{end}");
    assert_eq!(seat.record("d-0").last_grade, Some(Grade::Good));
}

#[test]
fn undo_reaches_back_into_earlier_sittings_and_days() {
    let world = World::empty().deck("d", &plain_deck("d", 3));
    let mut seat = world.seat();
    let _ = seat.review(" 3 4q");
    seat.pass_days(2);
    // Within a new sitting: the answer of two days ago.
    let terminal = seat.review("uq");
    assert!(terminal.screen().contains("taken back"), "{}", terminal.screen());
    assert_eq!(seat.record("d-1").state.phase, Phase::New);
    world.at(&seat.now().to_rfc3339(world.now().1));
    drop(seat);
    // From the command line: the one before it, and then there is none.
    assert_eq!(world.run(&["undo"]).success(), "taken back: What is number 0 of d?\nit is new again\n");
    world.run(&["undo"]).failure(1, "error: there is nothing to take back\n");
    world.seat().assert_states_are_replays();
}

#[test]
fn marks_are_taken_back_like_answers() {
    let world = World::empty().deck("d", &plain_deck("d", 3));
    let mut seat = world.seat();
    let terminal = seat.review("busufnote\nuq");
    assert_eq!(numbers(&terminal, "d"), [0, 1, 0, 1, 0]);
    assert_eq!(seat.record("d-0"), retain::schedule::replay::CardRecord::default());
    assert_eq!(seat.log().len(), 6);
    seat.assert_states_are_replays();
}

#[test]
fn a_flag_and_an_answer_of_the_same_instant_are_taken_back_one_by_one() {
    let world = World::empty().deck("d", &plain_deck("d", 1));
    let mut seat = world.seat();
    let _ = seat.review("fnote\n 3q");
    // A new sitting, so that undo looks into the log: the answer goes, the flag stays.
    let _ = seat.review("uq");
    let record = seat.record("d-0");
    assert_eq!((record.state.phase, record.flag.as_deref()), (Phase::New, Some("note")));
    let _ = seat.review("uq");
    assert_eq!(seat.record("d-0").flag, None);
    seat.assert_states_are_replays();
}

// ---- editing

#[test]
fn an_edited_card_is_redrawn_with_its_progress() {
    let world = World::empty().deck("d", &plain_deck("d", 2));
    let mut seat = world.seat();
    let _ = seat.review(" 3q");
    seat.pass_days(1);
    let before = seat.record("d-0");
    let mut terminal = ScriptedTerminal::new(80, 24).keys(" e").then_edit(|path| {
        let text = std::fs::read_to_string(path)?;
        std::fs::write(path, text.replace("What is number 0 of d?", "Which number is the zeroth, at last?"))?;
        Ok(true)
    });
    terminal = terminal.keys(" 3q");
    let mut session = seat.session_of(&["d-0"], Purpose::Review);
    let _ = seat.run(&mut session, &mut terminal);
    assert_eq!(terminal.edited.len(), 1);
    assert_eq!((terminal.edited[0].0.file_name().unwrap(), terminal.edited[0].1), ("d.md".as_ref(), 1));
    let redrawn = &terminal.screens()[2];
    assert!(redrawn.contains("Which number is the zeroth, at last?"), "{redrawn}");
    assert!(redrawn.contains("its progress is kept"), "{redrawn}");
    assert_eq!(seat.record("d-0").state.reps, before.state.reps + 1);
    seat.assert_states_are_replays();
}

#[test]
fn an_edit_without_an_id_keeps_the_progress_too_and_a_deleted_card_is_skipped() {
    let world = World::empty().deck("d", "Q: What is a qourum of five?\nA: three\n\nQ: Another?\nA: yes\n");
    let mut seat = world.seat();
    let _ = seat.review(" 3q");
    let card = seat.log()[0].card;
    seat.pass_days(1);
    let terminal = ScriptedTerminal::new(80, 24).keys("e").then_edit(|path| {
        std::fs::write(path, "Q: What is a quorum of five servers?\nA: three\n\nQ: Another?\nA: yes\n")?;
        Ok(true)
    });
    let queued = seat.app.store.queue_row(card).unwrap().unwrap();
    let plan = retain::app::review::plan_of(vec![queued.clone()]);
    let mut session = seat.app.begin(plan, REVIEW).unwrap();
    let mut terminal = terminal.keys(" 3q");
    let _ = seat.run(&mut session, &mut terminal);
    assert!(terminal.screens()[1].contains("quorum of five servers"), "{}", terminal.screens()[1]);
    assert_eq!(seat.app.store.record(card).unwrap().unwrap().state.reps, 2);
    // The card vanishes under the learner's hands.
    seat.pass_days(9);
    let plan = retain::app::review::plan_of(vec![queued]);
    let mut session = seat.app.begin(plan, REVIEW).unwrap();
    let terminal = ScriptedTerminal::new(80, 24).keys("e").then_edit(|path| {
        std::fs::write(path, "Q: Another?\nA: yes\n")?;
        Ok(true)
    });
    let mut terminal = terminal.keys("q");
    let _ = seat.run(&mut session, &mut terminal);
    assert!(terminal.screen().contains("no longer in its deck"), "{}", terminal.screen());
    assert_eq!(seat.app.store.record(card).unwrap().unwrap().state.reps, 2, "its history is kept");
}

#[test]
fn an_edit_in_another_window_shows_whole_even_where_only_the_answer_grew() {
    let world = World::empty().deck("d", "Q: What is a quorum of five?\nA: three\n");
    let mut seat = world.seat();
    let mut session = seat.session();
    world.write_deck("d", "Q: What is a quorum of five?\nA: three servers, or any larger number of them\n");
    let mut terminal = ScriptedTerminal::new(80, 24).keys(" 3q");
    let _ = seat.run(&mut session, &mut terminal);
    assert!(
        terminal.screens()[1].contains("three servers, or any larger number of them"),
        "{}",
        terminal.screens()[1]
    );
}

#[test]
fn an_edit_of_a_file_that_was_only_given_is_seen() {
    let world = World::empty();
    let file = world.folder().join("loose.md");
    std::fs::write(&file, "Q: What is a quorum of five?\nA: three\n").unwrap();
    let mut seat = world.seat();
    let given = seat.app.refresh(std::slice::from_ref(&file)).unwrap().given;
    let mut session = seat.plan(&Wanted { paths: Some(given), ..Wanted::default() }, REVIEW);
    let mut terminal = ScriptedTerminal::new(80, 24).keys("e").then_edit(|path| {
        std::fs::write(path, "Q: What is a quorum of five?\nA: three, and never fewer\n")?;
        Ok(true)
    });
    terminal = terminal.keys(" 3q");
    let _ = seat.run(&mut session, &mut terminal);
    assert!(terminal.screens()[2].contains("three, and never fewer"), "{}", terminal.screens()[2]);
}

#[test]
fn an_editor_that_fails_changes_nothing() {
    let world = World::empty().deck("d", &plain_deck("d", 1));
    let mut seat = world.seat();
    let mut terminal = ScriptedTerminal::new(80, 24).keys("e").then_edit(|_| Ok(false)).keys("q");
    let mut session = seat.session();
    let _ = seat.run(&mut session, &mut terminal);
    assert!(terminal.screen().contains("the editor did not end well"), "{}", terminal.screen());
    assert_eq!(seat.log(), []);
}

#[test]
fn to_edit_a_card_of_the_course_makes_a_copy_in_the_learners_folder_that_keeps_all_progress() {
    let world = World::with_course();
    let mut seat = world.seat();
    let _ = seat.review(" 3q");
    let card = seat.log()[0].card;
    let row = seat.app.store.card(card).unwrap().unwrap();
    let path = seat.app.store.deck(row.deck).unwrap().unwrap().path;
    let slug = retain::shelf::slug(&path);
    let cards = |seat: &Seat| {
        let counts = seat.app.store.deck_counts(&seat.app.moment()).unwrap();
        counts.iter().map(|count| count.cards).sum::<u32>()
    };
    let all = cards(&seat);
    seat.pass_days(1);
    let queued = seat.app.store.queue_row(card).unwrap().unwrap();
    let mut session = seat.app.begin(retain::app::review::plan_of(vec![queued]), REVIEW).unwrap();
    let mut terminal = ScriptedTerminal::new(80, 24).keys("e").then_edit(|path| {
        let text = std::fs::read_to_string(path)?;
        std::fs::write(path, text.replacen("Q: ", "Q: In my own words: ", 1))?;
        Ok(true)
    });
    terminal = terminal.keys("q");
    let _ = seat.run(&mut session, &mut terminal);
    let own = world.deck_path(&slug).canonicalize().unwrap();
    assert_eq!((terminal.edited.len(), &terminal.edited[0].0), (1, &own));
    let now = seat.app.store.card(card).unwrap().unwrap();
    assert_eq!(seat.app.store.deck(now.deck).unwrap().unwrap().path, own.to_str().unwrap());
    assert_eq!(cards(&seat), all, "every card once: the copy takes the deck's place");
    assert_eq!(seat.app.store.record(card).unwrap().unwrap().state.reps, 1);
    // Without the copy the course's own deck is back, and so is every card.
    std::fs::remove_file(own).unwrap();
    seat.app.refresh(&[]).unwrap();
    assert_eq!(cards(&seat), all);
    assert_eq!(seat.app.store.record(card).unwrap().unwrap().state.reps, 1);
    seat.assert_states_are_replays();
}
