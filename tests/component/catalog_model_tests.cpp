#include <algorithm>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <set>
#include <utility>

#include "storage/catalog/catalog.hpp"
#include "storage/catalog/errc.hpp"
#include "tests/component/catalog_site.hpp"

using namespace consign;
using namespace consign::catalog;

BOOST_AUTO_TEST_SUITE(catalog_model)

namespace {

/// The catalog in plain maps: what each verb must answer, and what must be there after it.
struct Model {
    std::map<std::string, std::optional<FileId>> names;  // nothing: a folder
    std::map<FileId, std::uint64_t> sizes;
    struct Open {
        Id stream;
        std::uint64_t size_bytes = 0;
    };
    std::map<std::string, Open> uploads;
    std::set<FileId> doomed;

    static std::string above(const std::string& path) { return path.substr(0, path.rfind('/')); }
    static bool within(const std::string& path, const std::string& folder) {
        return path.starts_with(folder + "/");
    }
    [[nodiscard]] bool has(const std::string& path) const { return names.contains(path); }
    [[nodiscard]] bool is_folder(const std::string& path) const {
        return path.empty() || (has(path) && !names.at(path));
    }
    [[nodiscard]] std::error_code place(const std::string& path) const {
        for (std::size_t end = path.find('/', 1); end != std::string::npos;
             end = path.find('/', end + 1)) {
            const std::string folder = path.substr(0, end);
            if (!has(folder)) return make_error_code(catalog_errc::no_such_name);
            if (!is_folder(folder)) return make_error_code(catalog_errc::not_a_directory);
        }
        return {};
    }
    void unname(const std::string& path) {
        const FileId file = *names.at(path);
        names.erase(path);
        const bool named =
            std::ranges::any_of(names, [&](const auto& entry) { return entry.second == file; });
        if (!named) doomed.insert(file);
    }
    void move_all(const std::string& from, const std::string& to) {
        const auto moved = [&](auto& map, bool itself) {
            for (auto& [path, value] : std::exchange(map, {}))
                map[within(path, from) || (itself && path == from) ? to + path.substr(from.size())
                                                                   : path] = value;
        };
        moved(names, true);
        moved(uploads, false);  // one under the same name is beside it, not in it
    }
    [[nodiscard]] Usage usage(const std::string& folder) const {
        Usage sum;
        for (const auto& [path, file] : names)
            if (file && within(path, folder)) {
                sum.bytes += sizes.at(*file);
                ++sum.files;
            }
        for (const auto& [path, upload] : uploads)
            if (within(path, folder)) {
                sum.bytes += upload.size_bytes;
                ++sum.files;
            }
        return sum;
    }
};

/// Random verbs on a small tree, so that they meet each other; each answer is held to the model's.
class Play {
  public:
    explicit Play(unsigned seed) : dice_(seed) {}

    void step() {
        switch (roll(9)) {
            case 0:
                return make_directory(any_path());
            case 1:
                return remove_directory(any_path());
            case 2:
                return begin_upload(any_path());
            case 3:
                return touch_upload();
            case 4:
                return deposit(any_path());
            case 5:
                return add_name(any_path());
            case 6:
            case 7:
                return rename(any_path(), any_path());
            default:
                return remove(any_path());
        }
    }
    void compare() {
        std::map<std::string, std::optional<FileId>> seen;
        walk(root_node, "", seen);
        BOOST_REQUIRE((seen == model_.names));
        BOOST_REQUIRE(site_.catalog.doomed()->size() == model_.doomed.size());
        std::map<std::string, Id> uploads;
        for (const Id& stream : *site_.catalog.uploads_untouched_since(Timestamp::max()))
            uploads[std::string((*site_.catalog.upload(stream))->path.text())] = stream;
        BOOST_REQUIRE(uploads.size() == model_.uploads.size());
        for (const auto& [path, open] : model_.uploads)
            BOOST_REQUIRE((uploads.at(path) == open.stream));
    }

  private:
    std::size_t roll(std::size_t sides) { return dice_() % sides; }
    std::string any_path() {
        std::string path;
        for (std::size_t depth = roll(4) + 1; depth > 0; --depth)
            path += std::string("/") + "abc"[roll(3)];
        return path;
    }
    template <class T>
    bool agree(const Result<T>& result, std::error_code expected) {
        BOOST_REQUIRE_MESSAGE(error_of(result) == expected, error_of(result).message()
                                                                << ", not " << expected.message());
        return result.has_value();
    }

    void make_directory(const std::string& path) {
        auto expected = model_.place(path);
        if (!expected && model_.has(path)) expected = catalog_errc::already_there;
        if (agree(site_.catalog.make_directory(path_of(path), "lab", now), expected))
            model_.names[path] = std::nullopt;
    }
    void remove_directory(const std::string& path) {
        auto expected = model_.place(path);
        const auto inside = [&](const auto& entry) { return Model::within(entry.first, path); };
        if (!expected && !model_.has(path))
            expected = catalog_errc::no_such_name;
        else if (!expected && !model_.is_folder(path))
            expected = catalog_errc::not_a_directory;
        else if (!expected && (std::ranges::any_of(model_.names, inside) ||
                               std::ranges::any_of(model_.uploads, inside)))
            expected = catalog_errc::not_empty;
        if (agree(site_.catalog.remove_directory(path_of(path)), expected))
            model_.names.erase(path);
    }
    void begin_upload(const std::string& path) {
        auto expected = model_.place(path);
        if (!expected && model_.is_folder(path)) expected = catalog_errc::is_a_directory;
        if (!expected && model_.uploads.contains(path)) expected = catalog_errc::already_there;
        const Upload upload = site_.upload_of(path, roll(100));
        if (agree(site_.catalog.begin_upload(upload), expected))
            model_.uploads[path] = {upload.stream, upload.size_bytes};
    }
    void touch_upload() {
        if (model_.uploads.empty()) return;
        auto& open = std::next(model_.uploads.begin(),
                               static_cast<std::ptrdiff_t>(roll(model_.uploads.size())))
                         ->second;
        open.size_bytes = roll(1000);
        agree(site_.catalog.touch_upload(open.stream, open.size_bytes, now), {});
    }
    void deposit(const std::string& path) {
        auto expected = model_.place(path);
        if (!expected && model_.is_folder(path)) expected = catalog_errc::is_a_directory;
        auto deposit = site_.deposit_of(path, roll(1000));
        const auto open = model_.uploads.find(path);
        if (open != model_.uploads.end()) deposit.stream = open->second.stream;
        const auto committed = site_.catalog.commit_deposit(deposit);
        if (!agree(committed, expected)) return;
        if (open != model_.uploads.end()) model_.uploads.erase(open);
        const auto doomed_before = model_.doomed.size();
        if (model_.has(path)) model_.unname(path);
        BOOST_REQUIRE(committed->doomed.size() == model_.doomed.size() - doomed_before);
        model_.names[path] = committed->file;
        model_.sizes[committed->file] = deposit.size_bytes;
    }
    void add_name(const std::string& path) {
        if (model_.sizes.empty()) return;
        const auto [file, size] = *std::next(
            model_.sizes.begin(), static_cast<std::ptrdiff_t>(roll(model_.sizes.size())));
        std::error_code expected;
        if (model_.doomed.contains(file))
            expected = catalog_errc::no_such_file;
        else
            expected = model_.place(path);
        if (!expected && model_.has(path)) expected = catalog_errc::already_there;
        if (agree(site_.catalog.add_name(file, path_of(path), "", now), expected))
            model_.names[path] = file;
    }
    void rename(const std::string& from, const std::string& to) {
        const bool replace = roll(2) == 0;
        auto expected = model_.place(from);
        if (!expected && !model_.has(from)) expected = catalog_errc::no_such_name;
        if (!expected && model_.is_folder(from) && Model::within(to, from))
            expected = catalog_errc::into_itself;
        if (!expected) expected = model_.place(to);
        if (!expected && model_.has(to)) {
            if (!replace)
                expected = catalog_errc::already_there;
            else if (from != to && model_.is_folder(to))
                expected = catalog_errc::is_a_directory;
            else if (from != to && model_.is_folder(from))
                expected = catalog_errc::not_a_directory;
        }
        const auto renamed =
            site_.catalog.rename(path_of(from), path_of(to), replace, Standing::deposited, now);
        if (!agree(renamed, expected)) return;
        const auto doomed_before = model_.doomed.size();
        if (from != to && model_.has(to)) model_.unname(to);
        BOOST_REQUIRE(renamed->doomed.size() == model_.doomed.size() - doomed_before);
        model_.move_all(from, to);
    }
    void remove(const std::string& path) {
        auto expected = model_.place(path);
        if (!expected && !model_.has(path)) expected = catalog_errc::no_such_name;
        if (!expected && model_.is_folder(path)) expected = catalog_errc::is_a_directory;
        if (agree(site_.catalog.remove(path_of(path)), expected)) model_.unname(path);
    }
    void walk(NodeId folder, const std::string& path,
              std::map<std::string, std::optional<FileId>>& seen) {
        BOOST_REQUIRE((*site_.catalog.usage(path_of(path)) == model_.usage(path)));
        NodeId after = 0;
        for (;;) {
            const auto page = site_.catalog.list(folder, after, 2);
            BOOST_REQUIRE(page.has_value());
            if (page->empty()) return;
            for (const Entry& entry : *page) {
                const std::string below = path + "/" + entry.name;
                seen[below] = entry.file ? std::optional(entry.file->id) : std::nullopt;
                if (entry.kind == Kind::directory) walk(entry.node, below, seen);
                after = entry.node;
            }
        }
    }

    std::mt19937 dice_;
    CatalogSite site_;
    Model model_;
};

}  // namespace

BOOST_DATA_TEST_CASE(random_verbs_agree_with_the_model, boost::unit_test::data::xrange(8), seed) {
    Play play(static_cast<unsigned>(seed));
    for (int step = 0; step < 1500; ++step) {
        BOOST_TEST_CONTEXT("seed " << seed << ", step " << step) {
            play.step();
            if (step % 10 == 0) play.compare();
        }
    }
    play.compare();
}

BOOST_AUTO_TEST_SUITE_END()
