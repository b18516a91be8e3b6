// `consign audit verify`: is the ledger what was written?
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <memory>
#include <set>

#include "admin/audit.hpp"
#include "admin/door.hpp"
#include "admin/row_printer.hpp"
#include "desk/checkpoint.hpp"
#include "desk/verification.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

struct Asked {
    std::vector<std::string> witness_files;
    std::string against;
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

void print_for_people(const json::object& found, bool whole) {
    if (!whole)
        return fmt::print("the chain breaks at row {} ({}): {}\n", field_text(found, "first_bad"),
                          field_text(found, "damage"), field_text(found, "why"));
    fmt::print("chain of {} rows verifies; head {}\n", field_text(found, "rows"),
               field_text(found, "head"));
    if (const auto held = number_in(found, "against"); held > 0)
        fmt::print("it passes through {} checkpoints that are held elsewhere\n", held);
    if (!found.contains("witness") && number_in(found, "vouched") == 0)
        return fmt::print(
            "this site has no witness key: who can write the database could have "
            "computed all of it anew\n");
    const std::uint64_t since = number_in(found, "rows") - number_in(found, "vouched");
    fmt::print(
        "the witness {} vouches for the first {} rows\n"
        "not shown: what was done to the {} rows since, and by who holds the witness key\n",
        field_text(found, "witness"), field_text(found, "vouched"), since);
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
    const auto* verifies = found.if_contains("verifies");
    const bool whole = verifies && *verifies == true;
    if (asked.as_json)
        make_row_printer(Format::json, {}, {}, stdout)->print(found);
    else
        print_for_people(found, whole);
    if (!whole)
        return failed(
            "the ledger was changed outside of Consign; keep the data folder as it is, and "
            "hold it against a backup");
    return {};
}

}  // namespace

void add_audit_verify(CLI::App& audit, Command& command) {
    auto* verb = audit.add_subcommand(
        "verify", "Is the ledger what was written: its chain of hashes, and its checkpoints");
    const auto asked = std::make_shared<Asked>();
    verb->add_flag("--json", asked->as_json, "One JSON object");
    verb->add_option("--against", asked->against,
                     "Checkpoints held elsewhere: a copy of the data folder's checkpoints.jsonl");
    verb->add_option("--witness", asked->witness_files,
                     "The public key of a witness before the present one (a file; repeatable)");
    verb->callback([&command, asked] {
        command.verb = [&command, asked] { return verify(command, *asked); };
    });
}

}  // namespace consign::admin
