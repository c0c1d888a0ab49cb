"""Shows each promise (Docs/promises.md), what would fail if it were broken, and its result.

    prove.py [--quick]      fewer rounds and mutations

Exit code 1 when a check fails, when a promise's checks ran none, or when a check named here does not exist.
"""

import argparse
import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap
import time
import xml.etree.ElementTree

import crash
import dumps

ROOT = pathlib.Path(__file__).resolve().parents[2]

# `swift` names a suite or one test of it, `acceptance` a file or one test of it, `harness` one of HARNESSES. `stands`: whether all of the
# promise is there ("yes"), a part of it ("in part") or hardly anything ("not yet"); `missing` says what is not.
Promise = collections.namedtuple("Promise", "number name stands missing swift acceptance harness")

PROMISES = [
    Promise(
        1, "No tenant ever sees another's row", "yes", "",
        ["PlatformTests.RowSecurityTests", "PlatformTests.CatalogueTests", "PlatformTests.APIKeyTests",
         "PlatformTests.IngestTests/one batch serves several tenants, and each gets its own",
         "PlatformTests.IdempotencyTests/keys of other callers, routes and tenants do not meet",
         "PlatformTests.AgreementTests/another tenant's agreement is none of this one's",
         "PlatformTests.ChannelServiceTests/a number belongs to one tenant in the whole installation",
         "PostgresTests.QueryTests/batchSettings", "PostgresTests.PgBouncerTests/transactions"],
        ["test_isolation::test_without_a_tenant_every_table_reads_empty", "test_isolation::test_a_role_cannot_step_out_of_its_tenant",
         "test_isolation::test_no_role_of_the_server_may_pass_the_policies",
         "test_isolation::test_the_catalogue_shows_every_tenant_table_isolated",
         "test_isolation::test_a_key_finds_nothing_of_another_tenant", "test_isolation::test_another_tenants_customer_is_nobody_here",
         "test_isolation::test_the_same_idempotency_key_is_another_key_at_another_tenant",
         "test_isolation::test_one_person_of_two_tenants_is_two_contacts", "test_webhooks::test_one_ingress_cannot_speak_for_anothers_number",
         "test_webhooks::test_an_account_belongs_to_one_tenant", "test_api::test_tenant_routes_need_a_key_with_the_scope",
         "test_api::test_admin_routes_are_for_staff_only"], []),
    Promise(
        2, "A tenant's data lives in its region and nowhere else", "in part",
        "media are not stored yet, only named by the messenger's id",
        ["PlatformTests.IngestTests/what comes for nobody, or by another's ingress, is counted and not kept",
         "PlatformTests.TenantServiceTests/a new tenant is known in both places, has keys, and may not send yet",
         "PlatformTests.TenantMoveTests", "PlatformTests.TenantHoldTests", "PlatformTests.MoveCatalogueTests"],
        ["test_isolation::test_no_database_holds_anything_of_the_other_regions_tenant", "test_isolation::test_the_control_plane_knows_no_person",
         "test_webhooks::test_an_unknown_number_is_counted_and_nothing_of_it_kept", "test_moving"], ["dumps"]),
    Promise(
        3, "EEA regions alone hold tenants; what leaves is declared", "in part",
        "nothing compares what leaves with what is declared",
        ["PlatformTests.RegionOpeningTests/a region outside the EEA is refused", "PlatformTests.AgreementNoticeTests",
         "PluginKitTests.PluginRegistryTests",
         "SelfHostedTests.RegionTests", "OutboundTests.DialTests", "OutboundTests.EgressPolicyTests"],
        ["test_isolation::test_a_region_outside_the_eea_stops_the_start",
         "test_isolation::test_every_tenant_lives_in_an_offered_region_and_every_flow_is_declared"], []),
    Promise(
        4, "No processing without an agreement in force", "yes", "",
        ["PlatformTests.GateTests/every state of tenant, agreement and consent but the good ones refuses",
         "PlatformTests.GateTests/a single wrong condition refuses", "PlatformTests.GateTests/of two wrong conditions the earlier rule answers",
         "PlatformTests.AgreementTests", "PlatformTests.TenantServiceTests", "PlatformTests.ProcessingRuleTests",
         "PlatformTests.StateMatrixTests",
         "PlatformTests.GateAgainTests/a suspended tenant's queue stands still, and goes on when the tenant may send again",
         "PlatformTests.GateAgainTests/a suspended agreement holds the queue until it is reinstated, an ended one ends it",
         "PlatformTests.GateAgainTests/what comes for a suspended tenant is kept, and readable when the tenant may process again"],
        ["test_standing", "test_api::test_without_an_agreement_nothing_is_sent", "test_api::test_suspending_stops_sending_at_once"], []),
    Promise(
        5, "No message without the person's valid consent", "yes", "",
        ["PlatformTests.GateTests", "PlatformTests.ConsentLedgerTests", "PlatformTests.WithdrawalRaceTests",
         "PlatformTests.WithdrawalWordTests", "PlatformTests.ConsentImportTests", "PlatformTests.ConsentStateTests", "PlatformTests.RenewedTermsTests",
         "PlatformTests.ConsentServiceTests", "PlatformTests.SendingTests",
         "PlatformTests.GateAgainTests", "PlatformTests.MergeRaceTests/a withdrawal that is being recorded for one of them holds for the person",
         "PlatformTests.OutcomeTests/the gate is asked again before a dead letter goes out",
         "PlatformTests.ToldOnDeliveryTests/a person who stopped a purpose at the messenger has withdrawn it",
         "PlatformTests.PersonTests/a recycled number goes to its new owner, and nothing of the former one with it",
         "DeclaredTests.DeclarationTests", "DeclaredTests.RefusalTests"],
        ["test_path::test_withdrawing_stops_what_is_queued", "test_path::test_consent_can_be_declared_before_the_person_is_known",
         "test_path::test_a_person_writes_and_gets_an_answer", "test_standing::test_a_persons_no_is_taken_whatever_the_tenants_state",
         "test_webhooks::test_stopping_marketing_at_whatsapp_withdraws_the_consent",
         "test_webhooks::test_a_refusal_by_error_131050_withdraws_the_consent",
         "test_cloud_api::test_consent_is_refused_as_the_persons_wish",
         "test_identities::test_a_recycled_number_does_not_reach_the_former_owner",
         "test_identities::test_two_contacts_that_turn_out_to_be_one_are_joined_with_all_they_have",
         "test_api::test_a_declared_consent_needs_evidence", "test_isolation::test_facts_about_consent_are_only_ever_added",
         "test_consents", "test_consent_imports", "test_widget"], []),
    Promise(
        6, "What came before consent is quarantined", "yes", "",
        ["PlatformTests.QuarantineTests", "PlatformTests.DialogueTests",
         "PlatformTests.GateTests/an open conversation stands in for no consent",
         "PlatformTests.GateTests/what is said in a dialogue about consent needs none, and an open window",
         "PlatformTests.GateTests/after a no nothing but its confirmation is said",
         "PlatformTests.MergeTests", "ChatbotTests.TranscriptTests"],
        ["test_quarantine", "test_tenant_webhooks::test_before_agreement_nothing_is_told_and_afterwards_everything_in_order",
         "test_isolation::test_nothing_personal_stands_in_the_clear",
         "test_isolation::test_one_person_of_two_tenants_is_two_contacts", "test_path::test_a_person_writes_and_gets_an_answer"],
        ["crash"]),
    Promise(
        7, "Health data needs a consent and an agreement of its own", "yes", "",
        ["PlatformTests.GateRulesTests/a purpose of special categories needs an express consent for just this purpose, and leaves traces",
         "PlatformTests.ConsentGroundsTests",
         "PlatformTests.GateTests/ordinary consent counts for nothing with health data, and health rules for nothing without",
         "PlatformTests.GateTests/a single wrong condition refuses",
         "PlatformTests.AgreementTests/a new agreement supersedes the one before, and its cover for health data holds at once"],
        ["test_special_category"], []),
    Promise(
        8, "What got a 200 survives kill -9 and arrives, once", "yes", "",
        ["PlatformTests.IngestTests", "PlatformTests.KeptEventsTests", "PlatformTests.StatusTests", "PlatformTests.MessageStateTests",
         "PlatformTests.IdempotencyTests", "PlatformTests.GroupCommitTests", "PlatformTests.LeaseTests", "PlatformTests.OrderTests",
         "PlatformTests.UnclearTests", "PlatformTests.OutcomeTests", "PlatformTests.BooksTests", "PlatformTests.DeadlockTests",
         "PlatformTests.FairnessTests", "PlatformTests.ScheduleTests", "WhatsAppCloudTests.MutationTests", "WhatsAppCloudTests.DeduplicationTests",
         "PostgresTests.AcknowledgementTests", "PostgresTests.CancellationTests/unclearCommit", "PostgresTests.CancellationTests/lostBeforeCommit",
         "PostgresTests.PoolTests/killedInTransaction", "OutboundTests.FailureTests"],
        ["test_webhooks::test_a_webhook_is_accepted_stored_and_changes_nothing_when_it_comes_again",
         "test_webhooks::test_a_changed_byte_is_refused", "test_webhooks::test_mutated_webhooks_never_break_the_server",
         "test_webhooks::test_batches_of_many_messages_are_one_answer", "test_webhooks::test_statuses_never_run_backwards",
         "test_path::test_idempotency_keys", "test_path::test_a_misbehaving_messenger_gets_each_message_once",
         "test_path::test_order_within_a_conversation_holds", "test_path::test_a_second_start_goes_on_where_the_first_stopped",
         "test_path::test_what_will_never_arrive_is_given_up_and_can_be_tried_again",
         "test_path::test_an_expired_token_stops_the_channel_and_keeps_the_queue", "test_path::test_one_tenants_backlog_does_not_delay_another",
         "test_path::test_one_tenants_backlog_does_not_delay_another_in_the_same_database"], ["crash"]),
    Promise(
        9, "Personal data is sealed at rest; erasure leaves proof", "in part",
        "tenants are erased with a certificate, persons not yet; the keys are laid out for it (Docs/keys.md)",
        ["PlatformTests.TenantErasureTests", "PlatformTests.SealingTests", "PlatformTests.BlindIndexTests", "PlatformTests.KeysAtRestTests", "PlatformTests.TokenTests",
         "PlatformTests.ChannelServiceTests/credentials and ingress secrets are sealed in their rows, and found again by a new process",
         "PlatformTests.RegionOpeningTests", "SelfHostedTests.KeyFileTests", "SelfHostedTests.WrappingTests", "PluginKitTests.DisclosureTests",
         "ServerTests.JSONLogHandlerTests/a value of a person or a secret prints nothing",
         "ServerTests.MiddlewareTests/an error that nobody foresaw is logged by its type alone",
         "PostgresTests.ErrorTests/noValues", "OutboundTests.ExchangeTests/descriptionsKeepSecrets"],
        ["test_isolation::test_nothing_personal_stands_in_the_clear", "test_isolation::test_no_log_holds_anything_personal",
         "test_isolation::test_the_search_finds_what_it_looks_for", "test_metrics::test_no_label_tells_of_a_tenant_or_a_person"], ["dumps"]),
    Promise(
        10, "Every decision can be explained from the audit trail", "in part",
        "what the gate decided is not entered; a refusal explains itself to the caller, one at delivery stays with its message",
        ["PlatformTests.ChainCheckTests", "PlatformTests.TamperingTests", "PlatformTests.TrailTests", "PlatformTests.SealTests",
         "PlatformTests.AuditReadingTests", "PlatformTests.RefusalTallyTests", "PlatformTests.GateTests/the table reaches every code",
         "PlatformTests.GateTests/every code has a sentence and a remedy, and Docs/gate.md tells both",
         "PlatformTests.GateTests/a refusal repeats neither the purpose nor the channel's reason",
         "ServerTests.ProblemTests/a refusal of the gate's explains itself"],
        ["test_audit", "test_path::test_withdrawing_stops_what_is_queued",
         "test_isolation::test_facts_about_consent_are_only_ever_added"], []),
]

# One thing that was tried. `result`: "passed", "failed" or "skipped".
Check = collections.namedtuple("Check", "name result seconds note")


# Which checks there are

def matches(reference, name):
    """Whether a reference to a suite, a file or a test means this test; a test that runs for several values is one reference."""
    return name == reference or name.startswith((reference + "/", reference + "::", reference + "["))


def swift_name(suite, test):
    """`Suite/name` without back-ticks and parameters."""
    return f"{suite}/" + re.sub(r"\([^()]*\)$", "", test).strip("`")


def known_swift():
    listed = subprocess.run(["swift", "test", "list", "--skip-build"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [swift_name(*line.split("/", 1)) for line in listed.splitlines() if "/" in line]


def known_acceptance():
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "Tests/Acceptance", "-o", "addopts=", "--collect-only", "--quiet"], cwd=ROOT, check=True,
        stdout=subprocess.PIPE, text=True).stdout
    return [re.sub(r"^Tests/Acceptance/(\w+)\.py", r"\1", line) for line in listed.splitlines() if "::" in line]


def unknown_references():
    wrong = []
    for kind, known in [("swift", known_swift()), ("acceptance", known_acceptance()), ("harness", list(HARNESSES))]:
        for promise in PROMISES:
            wrong += [f"promise {promise.number}: there is no {kind} check {reference}" for reference in getattr(promise, kind)
                      if not any(matches(reference, name) for name in known)]
    return wrong


def all_references(kind):
    return list(dict.fromkeys(reference for promise in PROMISES for reference in getattr(promise, kind)))


# How they are run

def run_swift(folder):
    pattern = "^(" + "|".join(swift_filter(reference) for reference in all_references("swift")) + ")"
    began = time.monotonic()
    ended = subprocess.run(
        ["swift", "test", "--skip-build", "--filter", pattern, "--xunit-output", str(folder / "swift.xml")],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    checks = junit(folder / "swift-swift-testing.xml", swift_name)
    # They run side by side and wait for one another, so each is given its share of the time that all of them took.
    share = (time.monotonic() - began) / max(sum(check.seconds for check in checks), 1)
    return show(ended, [check._replace(seconds=check.seconds * min(share, 1)) for check in checks])


def swift_filter(reference):
    """The expression that SwiftPM selects tests by; a dot stands for whatever might mean something in it."""
    suite, _, test = re.sub(r"[^A-Za-z0-9_/]", ".", reference).partition("/")
    return f"{suite}/`?{test}`?[(]" if test else f"{suite}/"


def run_acceptance(folder, mutations):
    nodes = ["Tests/Acceptance/" + re.sub(r"^(\w+)", r"\1.py", reference) for reference in all_references("acceptance")]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *nodes, "--junitxml", str(folder / "acceptance.xml"), "-o", "junit_logging=system-out"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "OBHUT_MUTATIONS": str(mutations)})
    checks = junit(folder / "acceptance.xml", lambda file, test: f"{file.rsplit('.', 1)[-1]}::{test}")
    return show(ended, checks)


def junit(path, name):
    """The checks of a JUnit file."""
    if not path.exists():
        return []
    checks = []
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        failed = case.find("failure") is not None or case.find("error") is not None
        result = "failed" if failed else "skipped" if case.find("skipped") is not None else "passed"
        # A test may print what it counted.
        note = re.search(r"^\d+ mutations: .*$", case.findtext("system-out") or "", re.MULTILINE)
        checks.append(Check(name(case.get("classname"), case.get("name")), result, float(case.get("time") or 0), note and note.group()))
    return checks


def show(ended, checks):
    """Prints what a run said when it did not go well, which may be for another reason than a check's."""
    well = ended.returncode == 0 and checks
    if not well:
        lines = ended.stdout.splitlines()
        print("\n".join([line for line in lines if line.startswith("✘")] or lines[-80:]))
    return checks if well else checks + [Check("the run as a whole", "failed", 0, None)]


def run_crash(rounds):
    counts, _ = crash.run(rounds)
    print(crash.table(counts, "server", rounds), flush=True)
    rules = [(text, crash.needed(name, "server"), counts[name]) for name, text, _ in crash.REPORT]
    return [(f"crash/{text}", crash.is_right(value, rule, rounds)) for text, rule, value in rules if rule]


def run_dumps(_):
    searches = dumps.run()
    print(dumps.table(searches), flush=True)
    return [(f"dumps/{search.what} in {search.place}", search.found == search.expected) for search in searches]


HARNESSES = {"crash": run_crash, "dumps": run_dumps}


def run_harness(name, rounds):
    began = time.monotonic()
    try:
        results = HARNESSES[name](rounds)
    except Exception as error:
        print(f"{name}: {error}")
        results = [(f"{name}/the run as a whole", False)]
    each = (time.monotonic() - began) / max(len(results), 1)
    return [Check(check, "passed" if is_right else "failed", each, None) for check, is_right in results]


# What is shown

def of(promise, checks):
    """The checks of a promise, by where they come from, in the order in which the promise names them."""
    found = {}
    for kind in ("swift", "acceptance", "harness"):
        places = [(place_of(check, getattr(promise, kind)), check) for check in checks[kind]]
        found[kind] = [check for place, check in sorted(places, key=lambda one: one[0]) if place >= 0]
    return found


def place_of(check, references):
    return next((place for place, reference in enumerate(references) if matches(reference, check.name)), -1)


def verdict(found):
    ran = [check for check in found if check.result != "skipped"]
    return "NONE RAN" if not ran else "FAILED" if any(check.result == "failed" for check in ran) else "passed"


def shown_by(promise, mine):
    """The suites, files and harnesses, each with how many checks of it there were."""
    counted = collections.Counter(re.split("/|::", check.name)[0].rsplit(".", 1)[-1] for found in mine.values() for check in found)
    return ", ".join(f"{name} {n}" for name, n in counted.items())


def table(checks):
    lines = [f"{'':2}  {'promise':58} {'stands':8} {'checks':>6}  {'result':9} {'time':>6}"]
    for promise in PROMISES:
        mine = of(promise, checks)
        found = [check for part in mine.values() for check in part]
        ran, skipped = [sum((check.result == "skipped") == wanted for check in found) for wanted in (False, True)]
        took = f"{sum(check.seconds for check in found):.0f} s"
        lines.append(f"{promise.number:2}  {promise.name:58} {promise.stands:8} {ran:>6}  {verdict(found):9} {took:>6}")
        lines += [" " * 6 + line for line in textwrap.wrap(shown_by(promise, mine) + (f"; {skipped} skipped" if skipped else ""), 86)]
        lines += textwrap.wrap(promise.missing, 86, initial_indent="      not there: ", subsequent_indent=" " * 6)
    return "\n".join(lines)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true")
    quick = options.parse_args().quick
    rounds, mutations = (5, 500) if quick else (50, 10_000)
    subprocess.run(["swift", "build", "--build-tests"], cwd=ROOT, check=True)
    if wrong := unknown_references():
        sys.exit("\n".join(wrong))
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="obhut-prove-") as name:
        folder = pathlib.Path(name)
        print("Swift tests …", flush=True)
        checks = {"swift": run_swift(folder)}
        print("acceptance tests …", flush=True)
        checks["acceptance"] = run_acceptance(folder, mutations)
    checks["harness"] = [check for name in HARNESSES for check in run_harness(name, rounds)]
    print("\nstands: how much of the promise is there; result: of the checks for that much\n")
    print(table(checks))
    everything = [check for part in checks.values() for check in part]
    print("\n".join(["", *(check.note for check in everything if check.note), f"{rounds} kills; {time.monotonic() - began:.0f} s in all"]))
    failed = [f"{check.name} failed" for check in everything if check.result == "failed"]
    failed += [f"promise {promise.number}: nothing ran" for promise in PROMISES
               if verdict([check for part in of(promise, checks).values() for check in part]) == "NONE RAN"]
    failed += [f"{reference} did not run" for kind in checks for reference in all_references(kind)
               if not any(matches(reference, check.name) for check in checks[kind])]
    if failed:
        sys.exit("\n".join(failed))


if __name__ == "__main__":
    main()
