// Receipts and certificates, made of what peers and the worker really did.
#include <set>

#include "base/ssh_signature.hpp"
#include "desk/audit/checkpointing.hpp"
#include "desk/deliveries/delivery.hpp"
#include "desk/login.hpp"
#include "desk/receipts/receipt.hpp"
#include "desk/receipts/receipt_reading.hpp"
#include "retention_site.hpp"

using namespace consign;
using namespace consign::testing;
using desk::receipt_errc;
using desk::ReceiptKind;
using End = desk::Download::End;
namespace json = boost::json;

namespace {

struct Fixture {
    Ed25519Key witness = Ed25519Key::generate();
    RetentionSite site;
    Peer drop{site, "drop"};
    Peer partner{site, "partner"};
    const Bytes content = content_of(300'000);

    Fixture() { site.site().witness = &witness; }

    desk::ReceiptIssuer issuer() { return desk::receipt_issuer(site.site()); }
    std::vector<desk::Receipt> receipts(const std::string& account,
                                        ledger::ReceiptRows::Range range = {}) {
        return site
            .read([&](Transaction& transaction) {
                return desk::receipts_of(transaction, issuer(), account, range);
            })
            .receipts;
    }
    /// The only one of its kind.
    desk::Receipt only(const std::string& account, ReceiptKind kind) {
        std::vector<desk::Receipt> found;
        for (auto& receipt : receipts(account))
            if (receipt.kind == kind) found.push_back(std::move(receipt));
        BOOST_REQUIRE(found.size() == 1);
        return std::move(found.front());
    }
    std::error_code refusal(const std::string& id) {
        return error_of(site.run(site.store().read([&](Transaction& transaction) {
            return desk::receipt_named(transaction, issuer(), id);
        })));
    }
    static json::object said(const desk::Receipt& receipt) {
        const auto read = desk::read_receipt(receipt.text);
        BOOST_REQUIRE(read.has_value());
        return read->fields;
    }
    static std::string text(const json::object& fields, std::string_view name) {
        return std::string(fields.at(name).as_string());
    }
    static std::string hex_of(ByteView bytes) { return to_hex(evp::sha256({bytes})); }

    /// Reads [start, end) of what `peer` sees, in a session of its own, and closes.
    void fetch(Peer& peer, std::string_view path, std::uint64_t start, std::uint64_t end,
               End how = End::in_order) {
        auto download = required(peer.collect(path));
        Bytes room(end - start);
        std::array<desk::Download::Range, 1> ranges{{{start, ByteSpan(room), 0}}};
        required(site.run(download->read(ranges)));
        download->served(start, ranges[0].count);
        site.run(download->finish(how));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(receipts, Fixture)

BOOST_AUTO_TEST_CASE(a_deposit_has_a_receipt_that_says_who_what_when_and_where) {
    required(drop.put("/in/a.hl7", content));
    const auto receipt = only("drop", ReceiptKind::deposit);
    const auto fields = said(receipt);
    BOOST_TEST(text(fields, "site") == "depot.example");
    BOOST_TEST(text(fields, "witness") == ssh_fingerprint(witness.public_key()));
    BOOST_TEST(text(fields, "account") == "drop");
    BOOST_TEST(text(fields, "name") == "/drop/in/a.hl7");
    BOOST_TEST(fields.at("size").as_int64() == 300'000);
    BOOST_TEST(text(fields, "sha256") == hex_of(content));
    BOOST_TEST(text(fields, "time") == desk::rfc3339(site.clock.now()));
    BOOST_TEST(text(fields, "session") == drop.session.id().hex());
    BOOST_TEST(text(fields, "protocol") == "sftp");
    BOOST_TEST(text(fields, "policy") == to_hex(site.site().policy.current()->hash));
    const auto row = site.read([&](Transaction& transaction) {
        return transaction.ledger.row(fields.at("row").as_int64());
    });
    BOOST_REQUIRE(row.has_value());
    BOOST_TEST(text(fields, "hash") == to_hex(row->hash));
    BOOST_TEST(text(fields, "rule") == row->event.rule);
    BOOST_TEST((desk::receipt_signed_by(receipt.text, receipt.signature) == witness.public_key()));
}

BOOST_AUTO_TEST_CASE(the_same_rows_give_the_same_bytes) {
    required(drop.put("/in/a.hl7", content));
    const auto first = only("drop", ReceiptKind::deposit);
    site.clock.advance(hours(5));
    required(drop.put("/in/b.hl7", content));
    const auto again = site.read([&](Transaction& transaction) {
        return desk::receipt_named(transaction, issuer(), first.id);
    });
    BOOST_TEST(again.text == first.text);
    BOOST_TEST(again.signature == first.signature);
}

BOOST_AUTO_TEST_CASE(what_has_a_temporary_name_is_no_deposit_until_it_is_renamed) {
    required(drop.put("/in/a.part", content));
    BOOST_TEST(receipts("drop").empty());
    required(drop.rename("/in/a.part", "/in/a.hl7"));
    BOOST_TEST(text(said(only("drop", ReceiptKind::deposit)), "name") == "/drop/in/a.hl7");
}

BOOST_AUTO_TEST_CASE(a_name_that_is_no_utf_8_can_be_had_back) {
    required(drop.put("/in/r\xe9sultat\\1", content));
    BOOST_TEST(text(said(only("drop", ReceiptKind::deposit)), "name") ==
               "/drop/in/r\\xe9sultat\\\\1");
}

BOOST_AUTO_TEST_CASE(all_of_a_file_over_several_sessions_is_one_retrieval) {
    required(drop.put("/in/a.hl7", content));
    Peer again(site, "partner"), third(site, "partner");
    fetch(partner, "/out/a.hl7", 0, 100'000, End::broken_off);
    fetch(again, "/out/a.hl7", 100'000, 200'000);
    BOOST_TEST(receipts("partner").empty());
    fetch(third, "/out/a.hl7", 200'000, 300'000);
    const auto fields = said(only("partner", ReceiptKind::retrieval));
    BOOST_TEST(text(fields, "note") == "the rest of it");
    BOOST_TEST(fields.at("size").as_int64() == 300'000);
    BOOST_TEST(fields.at("bytes_in_last_session").as_int64() == 100'000);
    BOOST_TEST(text(fields, "sha256") == hex_of(content));
    BOOST_TEST(text(fields, "session") == third.session.id().hex());
    BOOST_TEST(text(fields, "name") == "/partner/out/a.hl7");
    // Another fetch of all of it is another.
    required(partner.get("/out/a.hl7"));
    BOOST_TEST(receipts("partner").size() == 2U);
}

BOOST_AUTO_TEST_CASE(all_bytes_without_a_clean_close_are_no_complete_retrieval) {
    required(drop.put("/in/a.hl7", content));
    fetch(partner, "/out/a.hl7", 0, 300'000, End::broken_off);
    BOOST_TEST(receipts("partner").empty());
    // What had left is known; the close was missing.
    fetch(partner, "/out/a.hl7", 299'999, 300'000);
    BOOST_TEST(receipts("partner").size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_was_put_in_the_place_of_a_file_is_not_gone_on_with) {
    required(drop.put("/in/a.hl7", content));
    fetch(partner, "/out/a.hl7", 0, 200'000, End::broken_off);
    const Bytes other = content_of(300'000, 2);
    Peer lab(site, "drop");
    required(lab.remove("/in/a.hl7"));
    required(lab.put("/in/b.hl7", other));
    fetch(partner, "/out/b.hl7", 200'000, 300'000);
    BOOST_TEST(receipts("partner").empty());
}

BOOST_AUTO_TEST_CASE(a_delivery_s_receipt_is_the_depositor_s) {
    required(drop.put("/in/a.hl7", content));
    site.clock.advance(hours(1));
    const auto entry = entry_at(site, "/drop/in/a.hl7");
    BOOST_REQUIRE(entry.has_value());
    desk::Delivery delivery{.target = "ehr", .path = at("/inbox/a.hl7"), .rule = "policy.d/a:1"};
    delivery.final = at("/inbox/a-2.hl7");
    queue::Job job;
    job.id = 7;
    job.file = entry->file->id;
    required(site.run(desk::end_delivery(site.site(), job, delivery, *entry->file)));
    const auto fields = said(only("drop", ReceiptKind::delivery));
    BOOST_TEST(text(fields, "target") == "ehr");
    BOOST_TEST(text(fields, "name_there") == "/inbox/a-2.hl7");
    BOOST_TEST(text(fields, "name") == "/drop/in/a.hl7");
    BOOST_TEST(text(fields, "account") == "drop");
    BOOST_TEST(text(fields, "session") == drop.session.id().hex());
    BOOST_TEST(text(fields, "sha256") == hex_of(content));
    BOOST_TEST(text(fields, "deposited") == text(said(only("drop", ReceiptKind::deposit)), "time"));
    BOOST_TEST(receipts("partner").empty());
}

BOOST_AUTO_TEST_CASE(what_was_destroyed_has_a_certificate) {
    required(drop.put("/in/a.hl7", content));
    const auto entry = entry_at(site, "/drop/in/a.hl7");
    const auto deposited = said(only("drop", ReceiptKind::deposit));
    site.granted("holds.add", {{"account", "lab"}, {"reason", "another's"}});
    BOOST_TEST(site.pass(days(31)) == 1U);
    const auto certificate = only("drop", ReceiptKind::destruction);
    const auto fields = said(certificate);
    BOOST_TEST(text(fields, "format") == "consign certificate v1");
    BOOST_TEST(text(fields, "content") == entry->file->stream.hex());
    BOOST_TEST(text(fields, "sha256") == hex_of(content));
    BOOST_TEST(fields.at("size").as_int64() == 300'000);
    BOOST_TEST(text(fields, "rule") == site.rule("  report:"));
    BOOST_TEST(text(fields, "policy") == to_hex(site.site().policy.current()->hash));
    BOOST_TEST(text(fields, "account") == "drop");
    BOOST_TEST(text(fields, "deposited") == text(deposited, "time"));
    BOOST_TEST((fields.at("deposit_row") == deposited.at("row")));
    BOOST_TEST(fields.at("holds_checked").as_int64() == 1);
    BOOST_TEST(text(fields, "note").starts_with("class report: deposit + keep, due "));
    // It outlives the file: nobody's name stands in it.
    BOOST_TEST(!fields.contains("name"));
    BOOST_TEST(certificate.text.find("a.hl7") == std::string::npos);
    BOOST_TEST(
        (desk::receipt_signed_by(certificate.text, certificate.signature) == witness.public_key()));
    BOOST_TEST(!ssh_signer(certificate.signature, desk::receipt_purpose, as_bytes(certificate.text))
                    .has_value());
}

BOOST_AUTO_TEST_CASE(a_login_s_methods_and_key_stand_in_it) {
    site.use_policy(std::string(depot).replace(
        std::string(depot).find("any_of: [password], password: HASH"), 34,
        "any_of: [publickey], keys: [\"ssh-ed25519 "
        "AAAAC3NzaC1lZDI1NTE5AAAAIOT4ox9z9Fxtj2c9uabHg+VWaeZlvnpYmv8qT3F8CysP a\"]"));
    desk::Session session(site.site(), "sftp", "labs", boost::asio::ip::make_address("192.0.2.1"));
    session.set_client("a; key SHA256:forged", "algorithms");
    desk::Login login(session);
    const auto& key = site.site().policy.current()->accounts.at("lab").keys.at(0);
    BOOST_REQUIRE((site.run(login.present_key("lab", key.blob)).outcome ==
                   desk::Login::Answer::Outcome::complete));
    const auto desk = login.open_desk();
    const auto upload = required(site.run(desk->open_upload(at("/a"), fresh)));
    const std::array<desk::Upload::Range, 1> ranges{{{0, content}}};
    required(site.run(upload->write(ranges)));
    required(site.run(upload->finish()));
    const auto fields = said(only("lab", ReceiptKind::deposit));
    BOOST_TEST(text(fields, "login_methods") == "publickey");
    BOOST_TEST(text(fields, "login_key") == key.fingerprint);
    BOOST_TEST(fields.at("login_certificate").is_null());
    const auto row = site.read([&](Transaction& transaction) {
        return transaction.ledger.row(fields.at("login_row").as_int64());
    });
    BOOST_TEST((row->event.action == ledger::Action::login));
}

BOOST_AUTO_TEST_CASE(receipts_come_in_pages_and_each_account_has_its_own) {
    std::set<std::string> names;
    for (int number = 0; number < 7; ++number) {
        required(drop.put("/in/" + std::to_string(number), content));
        // Several of one moment, too.
        if (number % 2) site.clock.advance(std::chrono::seconds(1));
    }
    required(partner.get("/out/0"));
    ledger::ReceiptRows::Range range{.limit = 3};
    std::size_t pages = 0;
    for (;; ++pages) {
        const auto page = site.read([&](Transaction& transaction) {
            return desk::receipts_of(transaction, issuer(), "drop", range);
        });
        for (const auto& receipt : page.receipts) {
            BOOST_TEST(receipt.account == "drop");
            BOOST_TEST(names.insert(text(said(receipt), "name")).second);
        }
        if (!page.more) break;
        range.after = page.more;
    }
    BOOST_TEST(names.size() == 7U);
    BOOST_TEST(pages == 2U);
    const auto all = receipts("drop");
    BOOST_REQUIRE(all.size() == 7U);
    BOOST_TEST(receipts("drop", {.from = all[2].place.time, .until = all[4].place.time}).size() ==
               2U);
    BOOST_TEST(receipts("partner").size() == 1U);
    BOOST_TEST(receipts("rival").empty());
}

BOOST_AUTO_TEST_CASE(an_id_that_is_not_the_row_s_finds_nothing) {
    required(drop.put("/in/a.hl7", content));
    const auto receipt = only("drop", ReceiptKind::deposit);
    BOOST_TEST(!refusal(receipt.id));
    const std::string other =
        receipt.id.substr(0, receipt.id.size() - 1) + (receipt.id.back() == '0' ? '1' : '0');
    for (const std::string& id : {other, "0" + receipt.id, std::string("1-0000000000000000"),
                                  std::string("x"), receipt.id + "0", std::string()})
        BOOST_TEST(refusal(id) == make_error_code(receipt_errc::no_such_receipt), id);
    // Of other rows there is none either.
    const auto opening = site.read([](Transaction& transaction) {
        return transaction.search.events({.action = ledger::Action::upload_opened});
    });
    BOOST_TEST(refusal(desk::receipt_id(opening.front().sequence, opening.front().hash)) ==
               make_error_code(receipt_errc::no_such_receipt));
}

BOOST_AUTO_TEST_CASE(what_was_forgotten_or_altered_has_no_receipt_any_more) {
    required(drop.put("/in/a.hl7", content));
    required(drop.put("/in/b.hl7", content));
    const auto all = receipts("drop");
    site.alter(("UPDATE events SET personal = zeroblob(length(personal)) WHERE sequence = " +
                std::to_string(all[0].place.sequence))
                   .c_str());
    BOOST_TEST(refusal(all[0].id) == make_error_code(receipt_errc::forgotten));
    site.alter(("UPDATE events SET personal = NULL WHERE sequence = " +
                std::to_string(all[1].place.sequence))
                   .c_str());
    BOOST_TEST(refusal(all[1].id) == make_error_code(receipt_errc::altered));
    BOOST_TEST(receipts("drop").empty());
}

namespace {

std::string sql(std::string_view change, std::int64_t sequence) {
    return "UPDATE events SET " + std::string(change) +
           " WHERE sequence = " + std::to_string(sequence);
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_the_chain_does_not_commit_to_is_never_signed) {
    required(drop.put("/in/a.hl7", content));
    const auto receipt = only("drop", ReceiptKind::deposit);
    const auto row = receipt.place.sequence;
    BOOST_TEST(!refusal(receipt.id));
    for (const auto& [change, back] : std::vector<std::pair<std::string, std::string>>{
             {"account = 'partner'", "account = 'drop'"},
             {"bytes = bytes + 1", "bytes = bytes - 1"},
             {"time = time - 86400000000", "time = time + 86400000000"},
             {"rule = rule || 'x'", "rule = substr(rule, 1, length(rule) - 1)"},
             {"detail = detail || 'x'", "detail = substr(detail, 1, length(detail) - 1)"},
             {"protocol = 'ftps'", "protocol = 'sftp'"},
             {"count = count + 1", "count = count - 1"}}) {
        site.alter(sql(change, row).c_str());
        BOOST_TEST(refusal(receipt.id) == make_error_code(receipt_errc::altered), change);
        BOOST_TEST(receipts("drop").empty(), change);
        site.alter(sql(back, row).c_str());
        BOOST_TEST(!refusal(receipt.id), back);
    }
    // Nor where the row before it is another, or is missing.
    site.alter(sql("hash = zeroblob(32)", row - 1).c_str());
    BOOST_TEST(refusal(receipt.id) == make_error_code(receipt_errc::altered));
}

BOOST_AUTO_TEST_CASE(a_row_that_a_receipt_leads_to_is_held_against_the_chain_as_well) {
    required(site.run(drop.session.record(
        drop.session.event(ledger::Action::login, ledger::Outcome::granted, {}))));
    required(drop.put("/in/a.hl7", content));
    site.pass(days(31));
    const auto deposit = only("drop", ReceiptKind::deposit);
    const auto certificate = only("drop", ReceiptKind::destruction);
    const auto login = said(deposit).at("login_row").as_int64();
    site.alter(sql("detail = 'publickey SHA256:forged'", login).c_str());
    BOOST_TEST(refusal(deposit.id) == make_error_code(receipt_errc::altered));
    BOOST_TEST(refusal(certificate.id) == make_error_code(receipt_errc::altered));
    BOOST_TEST(receipts("drop").empty());
    site.alter(sql("detail = ''", login).c_str());
    BOOST_TEST(!refusal(certificate.id));
    site.alter(sql("time = time + 1", deposit.place.sequence).c_str());
    BOOST_TEST(refusal(certificate.id) == make_error_code(receipt_errc::altered));
}

BOOST_AUTO_TEST_CASE(the_chain_is_followed_to_the_next_checkpoint) {
    required(drop.put("/in/a.hl7", content));
    const auto before = only("drop", ReceiptKind::deposit);
    const auto named = [&] {
        return site.read([&](Transaction& transaction) {
            return desk::receipt_named(transaction, issuer(), before.id);
        });
    };
    BOOST_TEST(!named().vouched);
    required(partner.get("/out/a.hl7"));
    required(site.run(desk::make_checkpoint(site.site())));
    BOOST_TEST(named().vouched);
    BOOST_TEST(named().text == before.text);
    // What comes after it changes nothing of that; what stands before it does.
    required(partner.get("/out/a.hl7"));
    BOOST_TEST(named().vouched);
    site.alter(sql("bytes = bytes + 1", before.place.sequence + 1).c_str());
    BOOST_TEST(refusal(before.id) == make_error_code(receipt_errc::altered));
    site.alter(sql("bytes = bytes - 1", before.place.sequence + 1).c_str());
    BOOST_TEST(named().vouched);
    // Another key's word is none: it is neither believed nor in the way.
    const auto other = Ed25519Key::generate();
    site.site().witness = &other;
    BOOST_TEST(!named().vouched);
    site.site().witness = &witness;
    site.alter("UPDATE checkpoints SET text = replace(text, '0', '1')");
    BOOST_TEST(!named().vouched);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_that_says_another_hash_is_believed_before_the_row) {
    required(drop.put("/in/a.hl7", content));
    const auto receipt = only("drop", ReceiptKind::deposit);
    const auto forged = site.run(site.store().write([&](Transaction& transaction) -> Result<> {
        const auto head = transaction.ledger.head();
        if (!head) return failure(head.error());
        auto hash = (*head)->hash;
        hash[0] ^= 1;
        const auto text = desk::checkpoint_text({.chain = (*head)->chain,
                                                 .sequence = (*head)->sequence,
                                                 .hash = hash,
                                                 .time = site.clock.now()});
        return transaction.ledger.keep_checkpoint(
            {.sequence = (*head)->sequence,
             .text = text,
             .signature = ssh_sign(witness, desk::checkpoint_purpose, as_bytes(text))});
    }));
    required(forged);
    BOOST_TEST(refusal(receipt.id) == make_error_code(receipt_errc::altered));
}

BOOST_AUTO_TEST_CASE(what_is_noted_beside_the_chain_gives_nobody_another_s) {
    required(drop.put("/in/a.hl7", content));
    site.pass(days(31));
    BOOST_TEST(receipts("rival").empty());
    site.alter("UPDATE receipt_owners SET account = 'rival'");
    BOOST_TEST(receipts("rival").empty());
}

BOOST_AUTO_TEST_CASE(the_last_page_of_a_long_day_costs_what_the_first_does) {
    required(drop.put("/in/a.hl7", content));
    site.alter(
        "WITH RECURSIVE more(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more WHERE n < 60000)"
        " INSERT INTO events (sequence, time, action, outcome, session, account, protocol, rule,"
        " detail, stream, bytes, count, policy, commitments, personal, hash)"
        " SELECT 1000000 + n, time + n, action, outcome, session, account, protocol, rule, detail,"
        " stream, bytes, count, policy, commitments, NULL, hash FROM events, more"
        " WHERE action = 23");
    const auto first = only("drop", ReceiptKind::deposit).place;
    const auto page_cost = [&](std::int64_t n) {
        ledger::ReceiptRows::Range range{
            .from = first.time,
            .until = first.time + days(1),
            .after = ledger::ReceiptPlace{first.time + std::chrono::microseconds(n), 1'000'000 + n},
            .limit = 64};
        auto least = std::chrono::nanoseconds::max();
        for (int i = 0; i < 9; ++i) {
            const auto began = std::chrono::steady_clock::now();
            const auto places = site.read([&](Transaction& transaction) {
                return transaction.receipt_rows.of_account("drop", range);
            });
            least =
                std::min<std::chrono::nanoseconds>(least, std::chrono::steady_clock::now() - began);
            BOOST_REQUIRE(places.size() == 64U);
            BOOST_REQUIRE(places.front().sequence == 1'000'001 + n);
        }
        return least;
    };
    const auto at_start = page_cost(1), at_end = page_cost(59'900);
    BOOST_TEST_MESSAGE("page at the start: " << at_start.count()
                                             << " ns, at the end: " << at_end.count() << " ns");
    BOOST_TEST(at_end.count() < 5 * at_start.count());
}

BOOST_AUTO_TEST_CASE(without_a_witness_key_there_is_nobody_to_sign) {
    required(drop.put("/in/a.hl7", content));
    const auto id = only("drop", ReceiptKind::deposit).id;
    site.site().witness = nullptr;
    BOOST_TEST(refusal(id) == make_error_code(receipt_errc::no_witness_key));
}

BOOST_AUTO_TEST_SUITE_END()
