// `consign receipt`: receipts and certificates, shown, written, found and verified.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <memory>

#include "admin/command.hpp"
#include "admin/door.hpp"
#include "admin/period.hpp"
#include "admin/receipt_file.hpp"
#include "admin/receipt_page.hpp"
#include "admin/report.hpp"
#include "admin/row_printer.hpp"
#include "admin/table.hpp"
#include "admin/unindexed.hpp"
#include "desk/verbs/control_protocol.hpp"

namespace consign::admin {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

struct Shown {
    std::string id, folder;
    bool html = false;
    Language language = Language::english;
};

struct Sought {
    std::string account, file, sha256, kind, from, until;
    std::size_t limit = 1000;
    Format format = Format::table;
};

struct Verified {
    std::string file, signature;
    std::vector<std::string> witness_files;
    bool as_json = false;
};

Outcome<> show(const Command& command, const Shown& asked) {
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    json::object receipt;
    const auto answered = (*door)->ask("receipt.show", {{"id", asked.id}},
                                       [&receipt](const json::object& row) { receipt = row; });
    if (!answered) return std::unexpected(answered.error());
    const std::string text = field_text(receipt, "text");
    const auto page = receipt_page(text, asked.language, field_text(receipt, "zone"));
    if (!page) return failed("the answer is no receipt; is consignd of another version?");
    if (!flag(receipt, "vouched"))
        fmt::print(
            stderr,
            "consign: no checkpoint of the site's key vouches for its rows yet: each is what "
            "its hash in the ledger says\n");
    if (asked.folder.empty()) {
        fmt::print("{}", asked.html ? *page : text);
        return {};
    }
    return write_receipt(asked.folder, {.id = field_text(receipt, "id"),
                                        .text = text,
                                        .signature = field_text(receipt, "signature"),
                                        .allowed_signers = field_text(receipt, "allowed_signers"),
                                        .page = *page});
}

Outcome<json::object> arguments_of(const Sought& sought) {
    json::object arguments{{"limit", sought.limit}};
    for (const auto& [name, value] :
         {std::pair("account", sought.account), std::pair("file", sought.file),
          std::pair("sha256", sought.sha256), std::pair("kind", sought.kind)})
        if (!value.empty()) arguments.emplace(name, value);
    if (auto period = add_period(arguments, sought.from, sought.until); !period)
        return std::unexpected(std::move(period).error());
    return arguments;
}

std::string about(const json::object& row) {
    std::string text = field_text(row, "name");
    if (const auto target = field_text(row, "target"); !target.empty())
        text += fmt::format(" -> {}:{}", target, field_text(row, "name_there"));
    return text.empty() ? "content " + field_text(row, "content") : text;
}

Outcome<> find(const Command& command, const Sought& sought) {
    auto arguments = arguments_of(sought);
    if (!arguments) return std::unexpected(std::move(arguments).error());
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    const auto printer =
        make_row_printer(sought.format,
                         {"id", "kind", "time", "account", "name", "size", "sha256", "content",
                          "target", "name_there", "rule", "policy", "row", "hash"},
                         {field_column("ID", "id"),
                          time_column("TIME (UTC)", "time"),
                          field_column("KIND", "kind"),
                          field_column("ACCOUNT", "account"),
                          field_column("BYTES", "size", true),
                          {"FILE", about}},
                         stdout);
    const auto answered =
        (*door)->ask("receipt.find", *std::move(arguments),
                     [&printer](const json::object& row) { printer->print(row); });
    if (!answered) return std::unexpected(answered.error());
    printer->finish();
    tell_unindexed(*answered);
    if (flag(*answered, "more"))
        fmt::print(stderr,
                   "consign: these are the newest {}; there are more: narrow it with --from and "
                   "--until, or raise --limit\n",
                   sought.limit);
    else if (sought.format == Format::table && number(*answered, "rows") == 0)
        fmt::print(stderr, "consign: no receipts match\n");
    if (const auto forgotten = number(*answered, "forgotten"); forgotten > 0)
        fmt::print(stderr,
                   "consign: {} more cannot be made any more: what they would tell was forgotten, "
                   "or altered\n",
                   forgotten);
    return {};
}

/// What the site's ledger says of it; nothing where there is no site here, and --data names none.
Outcome<std::optional<json::object>> ask_site(const Command& command, const HeldReceipt& held) {
    const bool is_named = !command.data.empty();
    if (std::error_code none; !is_named && !fs::exists(command.config, none)) return std::nullopt;
    auto door = open_door(command);
    if (!door && is_named) return std::unexpected(std::move(door).error());
    if (!door) return std::nullopt;
    json::object asked{
        {"id", held.read.id}, {"hash", to_hex(held.read.hash)}, {"chain", held.read.chain.hex()}};
    // Longer than any that has a name of usual length: then its row alone is looked at.
    constexpr std::size_t sent_bytes_limit = desk::control_line_limit_bytes / 4;
    if (auto text = json::serialize(held.read.fields); text.size() < sent_bytes_limit)
        asked.emplace("text", std::move(text));
    const auto answered =
        (*door)->ask("receipt.check", std::move(asked), [](const json::object&) {});
    if (!answered) return std::unexpected(answered.error());
    return *answered;
}

/// What the site that is at hand has to say.
struct Heard {
    bool is_site_here = false;
    std::optional<Ed25519PublicKey> witness;  // the site's own key
    std::optional<json::object> of_it;        // nothing: the receipt is of another ledger

    /// Signed by this site's own key, of a ledger that it does not have.
    [[nodiscard]] bool is_ledger_lost(const HeldReceipt& held) const {
        return is_site_here && !of_it && witness == held.signer;
    }
};

Heard heard_from(const std::optional<json::object>& site) {
    if (!site) return {};
    return {.is_site_here = true,
            .witness = from_ssh_public_key(field_text(*site, "witness")),
            .of_it = flag(*site, "ours") ? site : std::nullopt};
}

/// Of the moment of making, and no word of the ledger.
void print_differences(const json::object& site) {
    const std::string differ = joined(site, "differ");
    if (differ.contains("site")) fmt::print("not the same: the site has another name now\n");
    if (differ.contains("witness"))
        fmt::print("not the same: the site signs with another key now\n");
}

void print_proof(const HeldReceipt& held, const std::string& trusted_by, const Heard& heard) {
    const json::object& said = held.read.fields;
    const auto& site = heard.of_it;
    fmt::print("{} {} verifies\n", name_of(held.read.kind), held.read.id);
    fmt::print("proved: who holds the key {} said, of row {} of the ledger {}:\n",
               ssh_fingerprint(held.signer), field_text(said, "row"), field_text(said, "chain"));
    for (const char* field : {"site", "time", "account", "name", "size", "sha256"})
        if (said.contains(field))
            fmt::print("  {:8} {}\n", field, safe_for_terminal(field_text(said, field)));
    fmt::print("the key is trusted because of {}\n", trusted_by);
    if (!site) {
        fmt::print(
            "not shown: whether the row still stands in the site's ledger: {}\n",
            heard.is_site_here ? "it is of another ledger than this site's" : "that is not here");
    } else {
        fmt::print("the row stands in this site's ledger, and is what its chain commits to{}\n",
                   flag(*site, "vouched") ? ", up to the next checkpoint"
                                          : "; no checkpoint vouches for it yet");
        if (field_text(*site, "says") == "this") {
            fmt::print("the site would say the same now\n");
            print_differences(*site);
        } else {
            fmt::print("not shown: whether the site would say the same now: {}\n",
                       field_text(*site, "says") == "forgotten" ? "what it told is forgotten there"
                                                                : "it was not compared");
        }
    }
    fmt::print("not shown: anything done by who holds the key\n");
}

void print_as_json(const HeldReceipt& held, const std::string& trusted_by, const Heard& heard,
                   bool verifies) {
    const auto& site = heard.of_it;
    json::object found{{"verifies", verifies},
                       {"id", held.read.id},
                       {"kind", name_of(held.read.kind)},
                       {"signer", ssh_fingerprint(held.signer)},
                       {"trusted_by", trusted_by}};
    found["stands"] = site                         ? json::value(flag(*site, "stands"))
                      : heard.is_ledger_lost(held) ? json::value(false)
                                                   : json::value(nullptr);
    found["vouched"] = site ? json::value(flag(*site, "vouched")) : json::value(nullptr);
    for (const char* field : {"says", "differ"}) {
        const auto* said = site ? site->if_contains(field) : nullptr;
        found[field] = said ? *said : json::value(nullptr);
    }
    make_row_printer(Format::json, {}, {}, stdout)->print(found);
}

Outcome<> verify(const Command& command, const Verified& asked) {
    const auto held = read_held_receipt(
        asked.file, asked.signature.empty() ? asked.file + ".sig" : asked.signature);
    if (!held) return std::unexpected(held.error());
    const auto asked_here = ask_site(command, *held);
    if (!asked_here) return std::unexpected(asked_here.error());
    const Heard heard = heard_from(*asked_here);
    // Where the site's own key is at hand, a file that came with the receipt says nothing.
    const bool knows_better = heard.of_it && heard.witness;
    const auto beside =
        knows_better ? fs::path() : fs::path(asked.file).parent_path() / allowed_signers_file;
    const auto trusted_by = trust_in(*held, asked.witness_files, beside, heard.witness);
    if (!trusted_by) return std::unexpected(trusted_by.error());
    const bool is_lost = heard.is_ledger_lost(*held);
    const bool stands = !heard.of_it || flag(*heard.of_it, "stands");
    const bool is_another = heard.of_it && stands && field_text(*heard.of_it, "says") == "another";
    const bool verifies = !is_lost && stands && !is_another;
    if (asked.as_json)
        print_as_json(*held, *trusted_by, heard, verifies);
    else if (verifies)
        print_proof(*held, *trusted_by, heard);
    if (is_lost)
        return failed(
            "this site's own key signed it, and the ledger that it names is not here: the ledger "
            "was made anew, or put back; run `consign audit verify --against` with a copy of "
            "checkpoints.jsonl that was kept elsewhere");
    if (!stands)
        return failed(
            "the signature holds, and yet no such row stands in this ledger, or it is not what the "
            "chain commits to: the ledger was changed, or put back; run `consign audit verify`");
    if (is_another)
        return failed(
            "the signature holds and the row stands, and yet the ledger says something else of it: "
            "it was signed of a ledger that had been changed, or by somebody else who holds the "
            "key");
    return {};
}

void add_show(CLI::App& receipt, Command& command) {
    auto* verb = receipt.add_subcommand("show", "One receipt or certificate: its exact text");
    const auto asked = std::make_shared<Shown>();
    verb->add_option("ID", asked->id, "As `consign receipt find` shows it")->required();
    verb->add_flag("--html", asked->html, "As a page to print");
    add_language_option(*verb, asked->language);
    verb->add_option("--out", asked->folder,
                     "Write ID.json, ID.json.sig, ID.html and allowed_signers to this folder");
    verb->callback(
        [&command, asked] { command.verb = [&command, asked] { return show(command, *asked); }; });
}

void add_find(CLI::App& receipt, Command& command) {
    auto* verb = receipt.add_subcommand("find", "Which receipts and certificates there are");
    const auto sought = std::make_shared<Sought>();
    verb->add_option("--account", sought->account,
                     "Only of this account: its deposits and retrievals, deliveries and "
                     "destructions of what it deposited");
    verb->add_option("--file", sought->file, "Only about this file: a path, or a content's id");
    verb->add_option("--sha256", sought->sha256, "Only about this content");
    verb->add_option("--kind", sought->kind, "deposit, retrieval, delivery or certificate")
        ->check(CLI::IsMember({"deposit", "retrieval", "delivery", "certificate", "destruction"}));
    verb->add_option("--from", sought->from,
                     "Only from this moment on: a day, 2026-11-24 (UTC), or "
                     "2026-11-24T06:17:00+01:00");
    verb->add_option(
        "--until", sought->until,
        "Only before this moment; where it is a day, through the end of that day (UTC)");
    verb->add_option("--limit", sought->limit, "The newest so many of those that match")
        ->check(CLI::Range(std::size_t{1}, std::size_t{100'000}))
        ->capture_default_str();
    add_format_flags(*verb, sought->format);
    verb->callback([&command, sought] {
        command.verb = [&command, sought] { return find(command, *sought); };
    });
}

void add_verify(CLI::App& receipt, Command& command) {
    auto* verb = receipt.add_subcommand(
        "verify", "Is it what the site signed? Needs no site; asks it where there is one");
    const auto asked = std::make_shared<Verified>();
    verb->add_option("FILE", asked->file, "ID.json, in exact bytes")->required();
    verb->add_option("--signature", asked->signature, "Default: FILE.sig");
    verb->add_option("--witness", asked->witness_files,
                     "The site's public key, or an allowed_signers (repeatable); default: this "
                     "site's own key; of another site's ledger, the allowed_signers beside FILE");
    verb->add_flag("--json", asked->as_json, "One JSON object");
    verb->callback([&command, asked] {
        command.verb = [&command, asked] { return verify(command, *asked); };
    });
}

}  // namespace

void add_receipt(CLI::App& app, Command& command) {
    auto* receipt = app.add_subcommand("receipt", "Receipts, and certificates of destruction");
    receipt->require_subcommand(1);
    add_show(*receipt, command);
    add_find(*receipt, command);
    add_verify(*receipt, command);
}

}  // namespace consign::admin
