// `consign audit export`: the ledger for somebody who does not trust us.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "admin/audit.hpp"
#include "admin/audit_question.hpp"
#include "admin/bundle_writer.hpp"
#include "admin/door.hpp"
#include "admin/period.hpp"
#include "admin/report.hpp"
#include "admin/row_printer.hpp"
#include "admin/unindexed.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

struct Asked {
    std::string out, account, from, until, file, subject;
    std::vector<std::string> fields;
    bool whole_chain = false, as_tar = false;
};

Outcome<json::object> arguments_of(const Asked& asked) {
    json::object arguments;
    for (const auto& [name, value] :
         {std::pair("account", asked.account), std::pair("file", asked.file),
          std::pair("subject", asked.subject)})
        if (!value.empty()) arguments.emplace(name, value);
    if (auto period = add_period(arguments, asked.from, asked.until); !period)
        return std::unexpected(std::move(period).error());
    if (!asked.fields.empty())
        arguments.emplace("fields", json::array(asked.fields.begin(), asked.fields.end()));
    if (asked.whole_chain) arguments.emplace("whole_chain", true);
    return arguments;
}

Outcome<> export_bundle(const Command& command, const Asked& asked) {
    auto arguments = arguments_of(asked);
    if (!arguments) return std::unexpected(std::move(arguments).error());
    auto writer =
        BundleWriter::create(asked.out, asked.as_tar ? BundleForm::tar : BundleForm::folder);
    if (!writer) return std::unexpected(std::move(writer).error());
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    Outcome<> written;
    const auto answered =
        (*door)->ask("audit.export", *std::move(arguments), [&](const json::object& row) {
            if (written) written = writer->append(field_text(row, "file"), field_text(row, "text"));
        });
    if (!answered) return std::unexpected(answered.error());
    if (!written) return written;
    if (auto done = writer->finish(); !done) return done;
    const auto shown = number(*answered, "shown");
    if (number(*answered, "rows") == 0)
        fmt::print("{}: no row of the ledger is of that period\n", asked.out);
    else
        fmt::print("{}: rows {} to {} of the ledger, {} of {} shown{}\n", asked.out,
                   field_text(*answered, "first"), field_text(*answered, "last"), shown,
                   field_text(*answered, "rows"), shown > 0 ? "; it holds personal data" : "");
    fmt::print("to verify it: python3 verify-ledger.py --witness WITNESS.pub {}\n", asked.out);
    if (shown == 0) fmt::print(stderr, "consign: nothing matched what was asked for\n");
    tell_unindexed(*answered);
    tell_unknown_subject(*answered, asked.subject);
    if (const auto checkpoint = field_text(*answered, "checkpoint"); checkpoint != "made")
        fmt::print(stderr, "consign: a checkpoint was {}; `consign audit verify` says more\n",
                   checkpoint);
    return {};
}

}  // namespace

void add_audit_export(CLI::App& audit, Command& command) {
    auto* verb = audit.add_subcommand(
        "export",
        "A signed bundle of the ledger, which anybody verifies with the program that is in it");
    const auto asked = std::make_shared<Asked>();
    verb->add_option("--out", asked->out, "The folder to make (or the tar, with --tar)")
        ->required();
    verb->add_flag("--tar", asked->as_tar, "One tar file instead of a folder");
    verb->add_option("--account", asked->account,
                     "Show the rows of this account (admin:USER, system:NAME too)");
    verb->add_option("--from", asked->from,
                     "Show those from this moment on: a day, 2026-11-24 (UTC), or "
                     "2026-11-24T06:17:00+01:00");
    verb->add_option("--until", asked->until,
                     "Show those before this moment; where it is a day, through its end (UTC)");
    verb->add_option("--file", asked->file,
                     "Show those about this file: its path, or the id of its content");
    verb->add_option("--subject", asked->subject, "Show those about this person: AUTHORITY/ID");
    verb->add_option("--fields", asked->fields,
                     "Open these personal fields alone: path, second_path, address, sha256, "
                     "subject, query")
        ->delimiter(',');
    verb->add_flag("--whole-chain", asked->whole_chain,
                   "The chain from its first row on, where --from would let it begin at a "
                   "checkpoint");
    verb->footer(
        "Rows that are not shown stand in it as 32 bytes each, so that the chain verifies whole.");
    verb->callback([&command, asked] {
        command.verb = [&command, asked] { return export_bundle(command, *asked); };
    });
}

}  // namespace consign::admin
