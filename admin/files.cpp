// `consign files`: the tree of names, as administrators may see it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "admin/asking.hpp"
#include "admin/command.hpp"
#include "admin/content_columns.hpp"
#include "admin/door.hpp"
#include "admin/row_printer.hpp"

namespace consign::admin {

namespace {

struct Listing {
    std::string path = "/";
    bool recursive = false;
    bool retained = false;
    Format format = Format::table;
};

Outcome<> list(const Command& command, const Listing& listing) {
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    if (listing.retained) {
        const auto contents = make_content_printer(listing.format);
        const auto told = (*door)->ask("files.retained", {},
                                       [&contents](const auto& row) { contents->print(row); });
        contents->finish();
        if (!told) return std::unexpected(told.error());
        return {};
    }
    const auto printer = make_row_printer(
        listing.format, {"path", "kind", "state", "size", "modified", "stream", "depositor"},
        {field_column("KIND", "kind"), field_column("STATE", "state"),
         field_column("SIZE", "size", true), time_column("MODIFIED (UTC)", "modified"),
         field_column("DEPOSITOR", "depositor"), field_column("PATH", "path")},
        stdout);
    const auto answered = show_rows(
        **door, "files.list", {{"path", listing.path}, {"recursive", listing.recursive}}, *printer);
    if (!answered) return std::unexpected(answered.error());
    return {};
}

}  // namespace

void add_files(CLI::App& app, Command& command) {
    auto* files = app.add_subcommand("files", "The tree of names");
    files->require_subcommand(1);
    auto* verb = files->add_subcommand(
        "ls", "List a folder, or one file; the names are unsealed for you, and that is recorded");
    const auto listing = std::make_shared<Listing>();
    verb->add_option(
            "PATH", listing->path,
            "In the whole tree, as `files ls` shows it (\\xHH is a byte, \\\\ a backslash)")
        ->capture_default_str();
    verb->add_flag("-R,--recursive", listing->recursive, "With everything below");
    verb->add_flag("--retained", listing->retained,
                   "What is kept though its last name is gone, of the whole site");
    add_format_flags(*verb, listing->format);
    verb->callback([&command, listing] {
        command.verb = [&command, listing] { return list(command, *listing); };
    });
}

}  // namespace consign::admin
