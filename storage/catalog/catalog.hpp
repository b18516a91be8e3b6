// The catalog: the tree of names, the sealed files that they stand for, the uploads that are open
// or broken off, and what decides how long content is kept. Names are sealed cells with a keyed
// index for look-up: docs/formats/database.md. A Catalog lives on one connection, for one
// transaction after another; its verbs that change anything are called on the writer thread alone.
// Errors: catalog_errc (storage/catalog/errc.hpp), or the database's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/virtual_path.hpp"
#include "storage/catalog/known_folders.hpp"
#include "storage/catalog/life.hpp"
#include "storage/catalog/name_index.hpp"
#include "storage/catalog/quarantine.hpp"
#include "storage/catalog/subject_facts.hpp"
#include "storage/database/remembered.hpp"
#include "storage/database/sealed_cell.hpp"
#include "storage/keyring/keyring.hpp"

namespace consign::database {
class Connection;
class Statement;
}  // namespace consign::database

namespace consign::catalog {

using SubjectId = std::int64_t;
inline constexpr NodeId root_node = 1;

enum class Kind : std::uint8_t { directory = 1, file = 2 };

/// What a name is to others. The number stands in its row: never use one for something else.
enum class Standing : std::uint8_t {
    deposited = 0,    // there for whom it is granted to; folders always
    temporary = 1,    // closed under a temporary name: no deposit, and seen by made_by alone
    waiting = 2,      // something that would make it complete is missing: the same
    quarantined = 3,  // seen by nobody, whatever is granted
    unscanned = 4,    // waits for the virus scanner: seen by made_by alone
    archived = 5,     // collected, and put away: seen by nobody
};

/// "deposited", "temporary", "waiting", "quarantined", "unscanned", "archived".
[[nodiscard]] std::string_view name_of(Standing standing);

/// Where a name stands among those of its folder, by when they were made.
struct Age {
    Timestamp created{};
    NodeId node = 0;
};

/// A sealed file as the catalog knows it.
struct File {
    FileId id = 0;
    Id stream;
    std::uint64_t size_bytes = 0;
    Digest32 sha256{};
    std::string depositor;   // account; of a version that goes on with another's: that one's
    bool collected = false;  // somebody but the depositor opened it
};

/// A name in the tree.
struct Entry {
    NodeId node = 0;
    NodeId parent = 0;  // 0 for the root
    Kind kind = Kind::directory;
    std::string name;  // raw bytes; empty for the root
    Timestamp modified{};
    Timestamp accessed{};
    Timestamp created{};  // when it got this name
    std::string made_by;  // account, or empty: made by policy
    Standing standing = Standing::deposited;
    std::optional<File> file;  // for Kind::file

    /// Durable, but no deposit.
    [[nodiscard]] bool is_pending() const {
        return standing == Standing::temporary || standing == Standing::waiting ||
               standing == Standing::unscanned;
    }
};

/// An upload that is open or broken off; seen by its account alone.
struct Upload {
    Id stream;
    std::string account;
    VirtualPath path;              // whole tree; follows where a folder on the way is renamed
    NodeId parent = 0;             // as read; begin_upload finds it by the path
    std::uint64_t size_bytes = 0;  // as last told by `touch_upload`
    Timestamp opened{};
    Timestamp touched{};            // zero: it goes on with `base`, and is not changed yet
    Id base{};                      // the file that it began from; nil: from nothing
    std::string origin{};           // whose content it goes on with; empty: the account's alone
    std::uint64_t fixed_bytes = 0;  // so much of it, from the start, may not be changed

    [[nodiscard]] bool is_changed() const { return touched != Timestamp{}; }
};

/// What a subtree holds. Directories carry it, so that a quota costs one look-up.
struct Usage {
    std::uint64_t bytes = 0;
    std::uint64_t files = 0;

    bool operator==(const Usage&) const = default;
};

/// A name that others do not see yet: in quarantine, or waiting (Standing::waiting, unscanned).
struct Held {
    Entry entry;
    VirtualPath path;
    std::optional<Quarantine> quarantine;  // absent also where a former version put it there
};

struct Committed {
    NodeId node = 0;
    FileId file = 0;
    /// Sealed files that lost their last name by this, and that neither class nor job needs:
    /// already marked as doomed, to be destroyed.
    std::vector<Id> doomed;
};

/// Names that wait (Standing::waiting).
struct Waiting {
    std::uint64_t files = 0;
    Timestamp latest{};  // when the youngest of them got its name
    std::vector<Id> streams{};
};

class Catalog {
  public:
    Catalog(database::Connection& connection, const keyring::Keyring& keys, RandomSource& random);

    // Reading
    /// catalog_errc::no_such_name.
    [[nodiscard]] Result<Entry> find(const VirtualPath& path);
    /// The folder of this name; catalog_errc::no_such_name, not_a_directory.
    [[nodiscard]] Result<NodeId> directory(const VirtualPath& path);
    /// Up to `limit` entries of a directory, in the order of their node ids, after `after` (0: from
    /// the start). Empty where there is no such directory.
    [[nodiscard]] Result<std::vector<Entry>> list(NodeId directory, NodeId after,
                                                  std::size_t limit);
    /// Up to `limit` entries of one kind in a directory, made after `after` and not after `until`,
    /// in the order in which they were made (got their names).
    [[nodiscard]] Result<std::vector<Entry>> made_between(NodeId directory, Kind kind,
                                                          const Age& after, Timestamp until,
                                                          std::size_t limit);
    /// All names that stand for this file, the oldest first.
    [[nodiscard]] Result<std::vector<Entry>> names_of(FileId file);
    /// catalog_errc::no_such_name; std::errc::filename_too_long where renames of folders above made
    /// it longer than a path may be.
    [[nodiscard]] Result<VirtualPath> path_of(NodeId node);
    /// Of everything below a directory: names (each counts its file) and unfinished uploads.
    /// catalog_errc::no_such_name, not_a_directory.
    [[nodiscard]] Result<Usage> usage(const VirtualPath& directory);
    /// The upload of this account under this name, if there is one.
    [[nodiscard]] Result<std::optional<Upload>> find_upload(const std::string& account,
                                                            const VirtualPath& path);
    /// An upload where it is now.
    [[nodiscard]] Result<std::optional<Upload>> upload(const Id& stream);
    [[nodiscard]] Result<std::vector<Upload>> uploads_in(const std::string& account,
                                                         NodeId directory);
    [[nodiscard]] Result<std::vector<Id>> doomed();
    /// Uploads that nobody touched since, by stream alone: one whose name cannot be read is among
    /// them.
    [[nodiscard]] Result<std::vector<Id>> uploads_untouched_since(Timestamp time);
    /// Does an upload row name this stream? Its name need not be readable.
    [[nodiscard]] Result<bool> has_upload(const Id& stream);
    /// Is this stream the content of a file row?
    [[nodiscard]] Result<bool> has_file(const Id& stream);
    /// The file whose content this stream is, whether or not it has a name.
    [[nodiscard]] Result<std::optional<File>> file_of(const Id& stream);

    /// The same by its id; catalog_errc::no_such_file. Also of a doomed one.
    [[nodiscard]] Result<File> file(FileId file);
    [[nodiscard]] Result<bool> has_name(FileId file);
    [[nodiscard]] Result<std::size_t> count_names(FileId file);
    /// Nothing where there is no such row, or it is not doomed.
    [[nodiscard]] Result<std::optional<FileId>> doomed_file(const Id& stream);
    /// The first hold that binds the content: on the file, its depositor, or a subject.
    [[nodiscard]] Result<std::optional<std::int64_t>> hold_on(FileId file);
    /// The holds for proceedings that bind it, and those that did until they were lifted.
    [[nodiscard]] Result<std::vector<Claim>> claims_on(FileId file);

    /// catalog_errc::no_such_file; also of a doomed one.
    [[nodiscard]] Result<Id> stream_of(FileId file);

    // Folders
    /// catalog_errc::already_there, no_such_name (the parent), not_a_directory.
    [[nodiscard]] Result<NodeId> make_directory(const VirtualPath& path, const std::string& account,
                                                Timestamp now);
    /// Makes every missing folder on the way, and the last; succeeds where all are there.
    /// catalog_errc::not_a_directory.
    [[nodiscard]] Result<NodeId> ensure_directories(const VirtualPath& path, Timestamp now);
    /// catalog_errc::not_empty (entries, or unfinished uploads of anyone), not_a_directory,
    /// is_the_root.
    [[nodiscard]] Result<> remove_directory(const VirtualPath& path);

    // Uploads
    /// Replaces nothing: catalog_errc::already_there where this account has one under the name, or
    /// anybody one of the stream;
    /// is_a_directory (the name); no_such_name, not_a_directory (the parent); is_the_root.
    [[nodiscard]] Result<> begin_upload(const Upload& upload);
    /// catalog_errc::no_such_upload.
    [[nodiscard]] Result<> touch_upload(const Id& stream, std::uint64_t size_bytes, Timestamp now);
    /// Succeeds where there is none.
    [[nodiscard]] Result<> end_upload(const Id& stream);

    // Files
    struct Deposit {
        Id stream;
        VirtualPath path;
        std::string account;
        std::uint64_t size_bytes = 0;
        Digest32 sha256{};
        Standing standing = Standing::deposited;
        Timestamp modified{};
        Timestamp now{};
        std::string origin{};  // the file's depositor where it goes on with another's content
    };
    /// Ends the upload, makes the file row, and gives it the name; a file that had the name loses
    /// it. catalog_errc::is_a_directory, no_such_name (the folder is gone), not_a_directory.
    [[nodiscard]] Result<Committed> commit_deposit(const Deposit& deposit);
    /// Another name on the same sealed file. catalog_errc::already_there, no_such_name (the
    /// folder), no_such_file.
    [[nodiscard]] Result<NodeId> add_name(FileId file, const VirtualPath& path,
                                          const std::string& made_by, Timestamp now,
                                          Standing standing = Standing::deposited);
    /// A file or a folder, with all below it. With `replace`, a file at `to` loses its name (but a
    /// folder there stays: is_a_directory; nor does a folder replace a file: not_a_directory);
    /// without, catalog_errc::already_there. A folder never into itself: catalog_errc::into_itself.
    /// `standing` is the new name's (files only). What is below is looked at where the path grows.
    [[nodiscard]] Result<Committed> rename(const VirtualPath& from, const VirtualPath& to,
                                           bool replace, Standing standing, Timestamp now);
    /// A file's name. catalog_errc::is_a_directory, no_such_name.
    [[nodiscard]] Result<Committed> remove(const VirtualPath& path);
    /// catalog_errc::no_such_name.
    [[nodiscard]] Result<> set_times(NodeId node, std::optional<Timestamp> accessed,
                                     std::optional<Timestamp> modified);
    /// catalog_errc::no_such_file.
    [[nodiscard]] Result<> mark_collected(FileId file);
    /// Content that has no name, no class, and no job that needs it is marked as doomed: its
    /// stream, to be destroyed. Nothing where something needs it, or it was doomed before. Where a
    /// hold alone keeps it, it gets a term that is looked at once more when the hold is lifted.
    [[nodiscard]] Result<std::optional<Id>> doom_unneeded(FileId file);
    /// Ends all names of a file, also those that cannot be read any more (nothing stands for
    /// them). What becomes of the content is the caller's.
    [[nodiscard]] Result<std::vector<std::optional<VirtualPath>>> end_names(FileId file);
    /// Marks content that has no name as doomed, whatever class it has: its term is over.
    /// catalog_errc::no_such_file.
    [[nodiscard]] Result<Id> doom(FileId file);
    /// Forgets a doomed file's row, once its sealed file is destroyed, with all that its term
    /// depended on; of a subject of whom nothing else is here, everything. False where it is gone.
    [[nodiscard]] Result<bool> forget(const Id& stream);

    // What others do not see yet
    /// Why this name, which is in quarantine, is there. Forgotten with the name.
    [[nodiscard]] Result<> quarantine(NodeId node, const Quarantine& given);
    /// Up to `limit` names, in the order of their node ids, after `after` (0: from the start).
    [[nodiscard]] Result<std::vector<Held>> held(NodeId after, std::size_t limit);
    /// Those whose stream's hexadecimal form begins so; none where it is not hexadecimal.
    [[nodiscard]] Result<std::vector<Held>> held_beginning(std::string_view hex, std::size_t limit);
    /// Temporary names that are older than that, the oldest first.
    [[nodiscard]] Result<std::vector<Entry>> never_renamed(Timestamp before, std::size_t limit);
    /// Names that wait for what would make them complete since a moment after `after` and not after
    /// `until`; of the oldest, up to `limit` streams.
    [[nodiscard]] Result<Waiting> waiting_since(Timestamp after, Timestamp until,
                                                std::size_t limit);
    /// The content was found clean, or an administrator answers for it. catalog_errc::no_such_file.
    [[nodiscard]] Result<> mark_scanned(FileId file, Timestamp now);
    [[nodiscard]] Result<bool> is_scanned(FileId file);

    // How long content is kept
    /// The file has this class from now on, and outlives its names by that. Where it has it
    /// already, subjects and recipients are added, and the later deposit counts.
    [[nodiscard]] Result<> classify(const Classification& given);
    /// Somebody else than the depositor has collected all of it, under this name.
    /// catalog_errc::no_such_file.
    [[nodiscard]] Result<> record_pickup(FileId file, NodeId node, Timestamp now);
    /// One of the recipients elsewhere has all of it. catalog_errc::no_such_file.
    [[nodiscard]] Result<> record_delivery(FileId file, Timestamp now);
    /// What an administrator knows of a subject wins over what messages say. A date that it lacks
    /// stays as it is.
    [[nodiscard]] Result<SubjectId> set_subject_facts(const Subject& subject);
    /// Nothing where nobody is known by this identifier and authority.
    [[nodiscard]] Result<std::optional<SubjectId>> subject_id(const Subject& subject);
    /// The same, and where nobody is known, a row without dates.
    [[nodiscard]] Result<SubjectId> ensure_subject(const Subject& subject);
    /// database_errc::altered_cell; nothing where there is no such row.
    [[nodiscard]] Result<std::optional<Subject>> subject(SubjectId id);
    /// Forgets what is known of a subject of whom nothing is here. False where something is.
    [[nodiscard]] Result<bool> forget_subject(SubjectId id);
    /// Up to `limit` of them, in the order of their ids, after `after` (0: from the start): one for
    /// each class of each file, whether or not it has a name.
    [[nodiscard]] Result<std::vector<Life>> lives(LifeId after, std::size_t limit);
    [[nodiscard]] Result<std::vector<ClassCount>> classes_in_store();
    /// Of one file. database_errc::altered_cell where what is known of its subjects was altered.
    [[nodiscard]] Result<std::vector<Life>> lives_of(FileId file);
    struct LifeOfFile {
        LifeId life = 0;
        FileId file = 0;
        std::string class_name{};
    };
    /// Up to `limit` that are about a subject, in the order of their ids, after `after`.
    [[nodiscard]] Result<std::vector<LifeOfFile>> lives_about(SubjectId subject, LifeId after,
                                                              std::size_t limit);
    /// Up to `limit` files that are here and have no name, in the order of their ids.
    [[nodiscard]] Result<std::vector<FileId>> retained(FileId after, std::size_t limit);

  private:
    /// What verbs need to know of a node before they change it.
    struct Node {
        NodeId id = 0;
        NodeId parent = 0;
        Kind kind = Kind::directory;
        FileId file = 0;
        Standing standing = Standing::deposited;
        std::string made_by;
        Usage holds;  // a directory: all below it; a file: itself
    };
    /// A name in a folder that is there, whether or not the name itself is taken.
    struct Spot {
        NodeId parent = 0;
        std::string_view name;  // of the path that was asked for
        std::optional<Node> node;
    };
    [[nodiscard]] Result<std::optional<Node>> child(NodeId parent, std::string_view name);
    [[nodiscard]] Result<std::optional<Node>> node_at(const VirtualPath& path);
    /// Nothing where there is none; catalog_errc::not_a_directory where something on the way is a
    /// file.
    [[nodiscard]] Result<std::optional<NodeId>> folder_in(NodeId parent, std::string_view name);
    /// Nothing above the root.
    [[nodiscard]] Result<std::optional<NodeId>> folder_above(NodeId folder);
    [[nodiscard]] Result<std::optional<NodeId>> folder_at(const VirtualPath& path);
    /// catalog_errc::no_such_name, not_a_directory (of the folders on the way), is_the_root.
    [[nodiscard]] Result<Spot> spot_at(const VirtualPath& path);

    /// The id of the table's next row, in `last` from now on.
    [[nodiscard]] Result<std::int64_t> next_row(std::string_view table, std::int64_t& last);
    [[nodiscard]] Result<Bytes> index_of(NodeId parent, std::string_view name) const;
    /// `bound`: of storage/catalog/bound.hpp.
    [[nodiscard]] Result<Bytes> seal_name(std::string_view table, std::int64_t row, ByteView bound,
                                          std::string_view name);
    [[nodiscard]] Result<std::string> open_name(std::string_view table, std::int64_t row,
                                                ByteView bound, ByteView cell);
    /// `first`: the column of the file's id; the others follow.
    [[nodiscard]] Result<File> file_in(const database::Statement& row, int first);
    [[nodiscard]] Result<Entry> entry_of(const database::Statement& row);
    [[nodiscard]] Result<std::vector<Entry>> entries_of(database::Statement query);
    [[nodiscard]] static Result<std::vector<Id>> streams_of(database::Statement query);
    [[nodiscard]] static Bytes bound_to_quarantine(std::string_view account, Cause cause);
    [[nodiscard]] Result<std::optional<Quarantine>> quarantine_of(NodeId node);
    [[nodiscard]] Result<std::vector<Held>> held_of(Result<std::vector<Entry>> entries);
    [[nodiscard]] Result<Upload> upload_of(const database::Statement& row);
    [[nodiscard]] Result<std::vector<Upload>> uploads_of(database::Statement query);

    enum class Change { added, taken_away };
    /// Tells the folder and all above it.
    [[nodiscard]] Result<> count(NodeId folder, const Usage& usage, Change change);
    [[nodiscard]] Result<> count(NodeId folder, std::int64_t bytes, std::int64_t files);
    struct HeldByUpload {
        NodeId parent = 0;
        Usage usage;
    };
    /// Takes the upload's row away, and leaves the counts to the caller; nothing where there is no
    /// such row.
    [[nodiscard]] Result<std::optional<HeldByUpload>> take_upload(const Id& stream);
    struct NewNode {
        NodeId parent = 0;
        std::string_view name;
        Kind kind = Kind::directory;
        FileId file = 0;  // 0 for a directory
        std::string made_by;
        Standing standing = Standing::deposited;
        Timestamp modified{};
        Timestamp now{};
    };
    [[nodiscard]] Result<FileId> insert_file(const Deposit& deposit);
    [[nodiscard]] Result<NodeId> insert_node(const NewNode& node);
    /// Takes a file's name away, and dooms the file where nothing needs it any more.
    [[nodiscard]] Result<> remove_name(const Node& node, std::vector<Id>& doomed);
    /// std::errc::filename_too_long.
    [[nodiscard]] Result<> all_below_fits(NodeId folder, const VirtualPath& to);
    [[nodiscard]] Result<> move_node(const Node& node, const Spot& target, Standing standing,
                                     Timestamp now);
    [[nodiscard]] Result<SubjectFacts> open_facts(SubjectId row, ByteView index, ByteView cell);
    /// The subject's row, made or brought up to date.
    [[nodiscard]] Result<SubjectId> learn(const Subject& said, Source source);
    [[nodiscard]] Result<std::vector<Life::About>> subjects_of(LifeId life);
    [[nodiscard]] Result<std::vector<Life>> lives_in(database::Statement query);
    [[nodiscard]] Result<Bytes> index_of_subject(const Subject& subject) const;

    database::Connection& connection_;
    const keyring::Keyring& keys_;
    database::SealedCells cells_;
    database::Remembered<KnownFolders> known_folders_;
    /// A name that was looked for, and is not there: whoever is about to add it looks more than
    /// once.
    struct Absent {
        NodeId parent = 0;  // 0: none
        std::string name{};
    };
    database::Remembered<Absent> absent_;
    /// The last ids of tables that get their rows here alone; 0: not asked for yet.
    struct LastRows {
        std::int64_t nodes = 0, files = 0, uploads = 0;
    };
    database::Remembered<LastRows> last_rows_;
    /// What was indexed last: to open a name asks for it again and again.
    struct Indexed {
        keyring::KeyId key = 0;
        NodeId parent = 0;
        std::string name{};
        NameIndex index{};
    };
    mutable Indexed indexed_;
};

}  // namespace consign::catalog
