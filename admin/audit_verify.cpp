// `consign audit verify`: is the ledger what was written?
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <memory>
#include <set>

#include "admin/audit.hpp"
#include "admin/door.hpp"
#include "admin/row_printer.hpp"
#include "admin/table.hpp"
#include "admin/timestamps.hpp"
#include "desk/audit/checkpoint.hpp"
#include "desk/audit/verification.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

struct Asked {
    std::vector<std::string> witness_files;
    std::string against;
    std::string authorities;  // of time stamps
    bool as_json = false;
};

/// What is held elsewhere: whose signatures, over what.
struct HeldElsewhere {
    std::vector<desk::SignedCheckpoint> checkpoints;
    std::set<std::string> signers;  // fingerprints
};

Outcome<std::vector<std::string>> public_keys(const std::vector<std::string>& files) {
    std::vector<std::string> lines;
    for (const std::string& file : files) {
        std::ifstream stream(file);
        if (!stream) return failed(fmt::format("{} cannot be read", file));
        std::string line;
        if (!std::getline(stream, line) || !from_ssh_public_key(line))
            return failed(
                fmt::format("{} holds no public key such as `ssh-ed25519 AAAA...`", file));
        lines.push_back(std::move(line));
    }
    return lines;
}

Outcome<HeldElsewhere> held_elsewhere(const std::string& file) {
    std::ifstream stream(file);
    if (!stream) return failed(fmt::format("{} cannot be read", file));
    HeldElsewhere held;
    std::string line;
    for (std::size_t number = 1; std::getline(stream, line); ++number) {
        if (line.empty()) continue;
        const auto checkpoint = desk::from_checkpoint_line(line);
        if (!checkpoint)
            return failed(fmt::format(
                "{}:{}: no checkpoint, or its signature does not fit; expected lines of "
                "the data folder's checkpoints.jsonl",
                file, number));
        held.signers.insert(ssh_fingerprint(checkpoint->signer));
        held.checkpoints.push_back(*checkpoint);
    }
    if (held.checkpoints.empty()) return failed(fmt::format("{} holds no checkpoint", file));
    return held;
}

/// As many as one request may carry: the last, and others evenly among those before it.
json::array markers_of(const HeldElsewhere& held) {
    json::array markers;
    const std::size_t count = held.checkpoints.size();
    const std::size_t taken = std::min(count, desk::against_limit);
    for (std::size_t i = 1; i <= taken; ++i) {
        const auto& checkpoint = held.checkpoints[i * count / taken - 1].checkpoint;
        markers.emplace_back(fmt::format("{} {}", checkpoint.sequence, to_hex(checkpoint.hash)));
    }
    return markers;
}

/// Theirs must be the witness's whom this site, or who asks, trusts.
Outcome<> check_signers(const HeldElsewhere& held, const std::vector<std::string>& keys,
                        const std::string& site_witness) {
    std::set<std::string> trusted{site_witness};
    for (const std::string& line : keys)
        trusted.insert(ssh_fingerprint(*from_ssh_public_key(line)));
    for (const std::string& signer : held.signers)
        if (!trusted.contains(signer))
            return failed(
                fmt::format("the checkpoints held elsewhere are signed by {}, which is not this "
                            "site's witness; if you trust it, name its public key with --witness",
                            signer));
    return {};
}

std::uint64_t number_in(const json::object& row, std::string_view field) {
    const auto* value = row.if_contains(field);
    return value && value->is_number() ? value->to_number<std::uint64_t>() : 0;
}

/// The data folder's own file of checkpoints, against those of the database.
void print_file(const json::object& found) {
    const auto* const given = found.if_contains("file");
    if (!given || !given->is_object()) return;
    const json::object& file = given->get_object();
    const std::string trouble = field_text(file, "trouble");
    const std::string last = field_text(file, "last");
    if (trouble == "missing")
        fmt::print(
            "the data folder's checkpoints.jsonl is missing, though checkpoints were made\n");
    else if (trouble == "behind")
        fmt::print(
            "the data folder's checkpoints.jsonl ends at row {}, before the last checkpoint of "
            "the database\n",
            last);
    else if (trouble == "ahead")
        fmt::print(
            "the data folder's checkpoints.jsonl goes on to row {}: the database has lost "
            "checkpoints\n",
            last);
    else if (trouble == "lost")
        fmt::print(
            "the database has lost checkpoints that the data folder's checkpoints.jsonl has\n");
    else if (trouble == "gaps")
        fmt::print("the data folder's checkpoints.jsonl has lost lines that the database has\n");
    else if (trouble == "strange")
        fmt::print(
            "the data folder's checkpoints.jsonl has lines that the witness did not sign; if "
            "an earlier one did, name its public key with --witness\n");
}

/// What rows are found by, and no hash covers.
void print_lacks(const json::object& found) {
    if (const auto left = number_in(found, "to_index"); left > 0)
        fmt::print(
            "{} rows of an older version are not indexed yet: until the daemon has done so, "
            "searches may miss them\n",
            left);
    const auto* const lacks = found.if_contains("lacks");
    if (!lacks || !lacks->is_object()) return;
    const auto print = [&](std::string_view what, const char* lacking, const char* so) {
        const auto* const lack = lacks->get_object().if_contains(what);
        if (!lack || !lack->is_object() || number_in(lack->get_object(), "count") == 0) return;
        const auto first = number_in(lack->get_object(), "first");
        fmt::print("the chain verifies, but {} {}: {}{}\n", number_in(lack->get_object(), "count"),
                   lacking, so, first > 0 ? fmt::format("; the first is of row {}", first) : "");
    };
    print("index", "entries of the index are missing",
          "searches may miss rows (`consign audit reindex` mends it)");
    print("sessions", "sessions are missing, or are not what their logins and ends say",
          "searches by address, and reports on sessions, are not complete");
    print("receipts", "rows are noted for nobody",
          "depositors may not find their receipts (`consign audit reindex` mends it)");
    print("holds", "holds are gone, or bind something else, that nobody lifted",
          "what they were on may be destroyed; add them anew, and hold it against a backup");
    print("checkpoints", "checkpoints that the ledger tells of are missing",
          "somebody took them out of the database");
    print("timestamps", "time stamps that the ledger tells of are missing",
          "somebody took them out of the database; the data folder's timestamps/ may have them");
}

/// Those that signed what was looked at, and not all that may: after a change of the key it is the
/// old one that vouches for the old rows.
std::string vouching(const json::object& found, const std::optional<HeldElsewhere>& held) {
    std::set<std::string> signers;
    if (const auto* const told = found.if_contains("signers"); told && told->is_array())
        for (const auto& one : told->get_array())
            if (one.is_string()) signers.emplace(one.get_string());
    if (held) signers.insert(held->signers.begin(), held->signers.end());
    if (signers.empty()) return fmt::format("the witness {} vouches", field_text(found, "witness"));
    return fmt::format("{} {} {}", signers.size() == 1 ? "the witness" : "the witnesses",
                       fmt::join(signers, " and "), signers.size() == 1 ? "vouches" : "vouch");
}

void print_chain(const json::object& found, bool whole, const std::optional<HeldElsewhere>& held) {
    if (!whole)
        return field_text(found, "damage") == "erased"
                   ? fmt::print(
                         "the chain of {} rows verifies, but personal fields do not, at row {} "
                         "(erased): {}\n",
                         field_text(found, "rows"), field_text(found, "first_bad"),
                         field_text(found, "why"))
                   : fmt::print("the chain breaks at row {} ({}): {}\n",
                                field_text(found, "first_bad"), field_text(found, "damage"),
                                field_text(found, "why"));
    fmt::print("chain of {} rows verifies; head {}\n", field_text(found, "rows"),
               field_text(found, "head"));
    if (const auto markers = number_in(found, "against"); markers > 0)
        fmt::print("it passes through {} checkpoints that are held elsewhere\n", markers);
    if (!found.contains("witness") && number_in(found, "vouched") == 0)
        return fmt::print(
            "this site has no witness key: who can write the database could have "
            "computed all of it anew\n");
    const std::uint64_t since = number_in(found, "rows") - number_in(found, "vouched");
    fmt::print(
        "{} for the first {} rows\n"
        "not shown: what was done to the {} rows since, and by who holds the witness key\n",
        vouching(found, held), field_text(found, "vouched"), since);
}

/// Whom to trust was not said: what there is, is told, and no more.
void print_unverified_stamps(const json::object& found) {
    const auto* const last = found.if_contains("last_stamp");
    if (!last || !last->is_object()) return;
    const json::object& stamp = last->get_object();
    if (stamp.contains("why"))
        return fmt::print("the last time stamp cannot be read: {}\n",
                          safe_for_terminal(field_text(stamp, "why")));
    fmt::print(
        "time stamps are kept, and were not verified: the last, of row {}, says {} by the word of "
        "{}; --tsa-ca FILE verifies them\n",
        field_text(stamp, "row"), safe_for_terminal(field_text(stamp, "time")),
        safe_for_terminal(field_text(stamp, "authority")));
}

Outcome<> verify(const Command& command, const Asked& asked) {
    const auto keys = public_keys(asked.witness_files);
    if (!keys) return std::unexpected(keys.error());
    std::optional<HeldElsewhere> held;
    json::object arguments;
    if (!keys->empty()) arguments.emplace("witnesses", json::array(keys->begin(), keys->end()));
    if (!asked.against.empty()) {
        auto read = held_elsewhere(asked.against);
        if (!read) return std::unexpected(read.error());
        held = *std::move(read);
        arguments.emplace("against", markers_of(*held));
    }
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    json::object found;
    const auto answered = (*door)->ask("audit.verify", std::move(arguments),
                                       [&found](const json::object& row) { found = row; });
    if (!answered) return std::unexpected(answered.error());
    if (held)
        if (auto fit = check_signers(*held, *keys, field_text(found, "witness")); !fit) return fit;
    std::optional<json::array> timestamps;
    if (!asked.authorities.empty()) {
        auto verified = verified_timestamps(**door, asked.authorities);
        if (!verified) return std::unexpected(verified.error());
        timestamps = *std::move(verified);
    }
    const auto* verifies = found.if_contains("verifies");
    const bool whole = verifies && *verifies == true;
    if (asked.as_json) {
        if (timestamps) found.emplace("timestamps", *timestamps);
        make_row_printer(Format::json, {}, {}, stdout)->print(found);
    } else {
        print_chain(found, whole, held);
        print_file(found);
        print_lacks(found);
        timestamps ? print_timestamps(*timestamps) : print_unverified_stamps(found);
    }
    if (!whole)
        return failed(
            "the ledger was changed outside of Consign; keep the data folder as it is, and "
            "hold it against a backup");
    if (const auto* const complete = found.if_contains("complete"); complete && *complete == false)
        return failed(
            "what stands beside the ledger was changed outside of Consign, and is not what its "
            "rows "
            "tell: hold it against a backup");
    return timestamps ? all_hold(*timestamps) : Outcome<>{};
}

}  // namespace

void add_audit_verify(CLI::App& audit, Command& command) {
    auto* verb = audit.add_subcommand(
        "verify",
        "Is the ledger what was written: its chain of hashes, its checkpoints, its personal "
        "fields, and what it is searched by");
    const auto asked = std::make_shared<Asked>();
    verb->add_flag("--json", asked->as_json, "One JSON object");
    verb->add_option("--against", asked->against,
                     "Checkpoints held elsewhere: a copy of the data folder's checkpoints.jsonl");
    verb->add_option("--witness", asked->witness_files,
                     "The public key of a witness before the present one (a file; repeatable)");
    verb->add_option("--tsa-ca", asked->authorities,
                     "Verify time stamps, too: certificates in PEM of those who vouch for the "
                     "time stamping authority");
    verb->callback([&command, asked] {
        command.verb = [&command, asked] { return verify(command, *asked); };
    });
}

}  // namespace consign::admin
