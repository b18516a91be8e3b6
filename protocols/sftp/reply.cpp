#include "protocols/sftp/reply.hpp"

#include <boost/endian/conversion.hpp>
#include <stdexcept>

#include "protocols/sftp/frame.hpp"

namespace consign::sftp {

namespace {

enum class Reply : std::uint8_t {
    version = 2,
    status = 101,
    handle = 102,
    data = 103,
    name = 104,
    attrs = 105,
    extended = 201,
};

constexpr std::size_t type_and_id_bytes = 1 + sizeof(std::uint32_t);
constexpr std::size_t count_bytes = sizeof(std::uint32_t);

void store_u32(Bytes& out, std::size_t at, std::size_t value) {
    boost::endian::store_big_u32(out.data() + at, static_cast<std::uint32_t>(value));
}

/// Writes the length of all that follows its prefix, which begins at `begin`.
void close_frame(Bytes& out, std::size_t begin) {
    store_u32(out, begin, out.size() - begin - length_prefix_bytes);
}

/// One packet: its prefix is filled in when it is whole.
class Frame {
  public:
    Frame(Bytes& out, Reply type) : out_(out), begin_(out.size()) {
        ByteWriter(out_).u32(0).u8(static_cast<std::uint8_t>(type));
    }
    Frame(Bytes& out, Reply type, std::uint32_t id) : Frame(out, type) { ByteWriter(out_).u32(id); }
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
    ~Frame() { close_frame(out_, begin_); }

    [[nodiscard]] ByteWriter fields() { return ByteWriter(out_); }

  private:
    Bytes& out_;
    std::size_t begin_;
};

/// The begin of a packet that is filled over several calls; answers where it begins.
std::size_t open_frame(Bytes& out, Reply type, std::uint32_t id) {
    const std::size_t begin = out.size();
    ByteWriter(out).u32(0).u8(static_cast<std::uint8_t>(type)).u32(id).u32(0);
    return begin;
}

constexpr std::size_t count_offset = length_prefix_bytes + type_and_id_bytes;
constexpr std::size_t content_offset = count_offset + count_bytes;

Bytes encode_names(std::span<const std::string_view> names) {
    Bytes encoded;
    for (const std::string_view name : names) ByteWriter(encoded).string(name);
    return encoded;
}

}  // namespace

void append_version(Bytes& out, std::span<const ExtensionPair> extensions) {
    Frame frame(out, Reply::version);
    frame.fields().u32(protocol_version);
    for (const auto& [name, data] : extensions) frame.fields().string(name).string(data);
}

void append_status(Bytes& out, std::uint32_t id, Status status) {
    append_status(out, id, status, text_of(status).view());
}

void append_status(Bytes& out, std::uint32_t id, Status status, std::string_view message) {
    Frame(out, Reply::status, id)
        .fields()
        .u32(static_cast<std::uint32_t>(status))
        .string(message)
        .string(std::string_view("en"));
}

void append_handle(Bytes& out, std::uint32_t id, ByteView handle) {
    Frame(out, Reply::handle, id).fields().string(handle);
}

void append_attributes_reply(Bytes& out, std::uint32_t id, const Attributes& attributes) {
    const Frame frame(out, Reply::attrs, id);
    append_attributes(out, attributes);
}

void append_path(Bytes& out, std::uint32_t id, std::string_view path) {
    Frame frame(out, Reply::name, id);
    frame.fields().u32(1).string(path).string(path);
    append_attributes(out, Attributes{});
}

void append_limits(Bytes& out, std::uint32_t id, const ServerLimits& limits) {
    Frame(out, Reply::extended, id)
        .fields()
        .u64(limits.packet_bytes)
        .u64(limits.read_bytes)
        .u64(limits.write_bytes)
        .u64(limits.open_handles);
}

void append_file_system(Bytes& out, std::uint32_t id, const FileSystem& system) {
    Frame(out, Reply::extended, id)
        .fields()
        .u64(system.block_bytes)
        .u64(system.fragment_bytes)
        .u64(system.blocks)
        .u64(system.blocks_free)
        .u64(system.blocks_available)
        .u64(system.files)
        .u64(system.files_free)
        .u64(system.files_available)
        .u64(system.id)
        .u64(system.flags)
        .u64(system.name_limit_bytes);
}

void append_check_file(Bytes& out, std::uint32_t id, CheckFileForm form, std::string_view algorithm,
                       ByteView digests) {
    Frame frame(out, Reply::extended, id);
    if (form == CheckFileForm::paramiko) frame.fields().string(std::string_view("check-file"));
    frame.fields().string(algorithm).raw(digests);
}

void append_users_groups(Bytes& out, std::uint32_t id, std::span<const std::string_view> users,
                         std::span<const std::string_view> groups) {
    Frame(out, Reply::extended, id)
        .fields()
        .string(encode_names(users))
        .string(encode_names(groups));
}

DataReply::DataReply(Bytes& out, std::uint32_t id, std::size_t capacity_bytes)
    : out_(out), begin_(open_frame(out, Reply::data, id)) {
    out_.resize(begin_ + content_offset + capacity_bytes);
}

DataReply::DataReply(Anew, Bytes& out, std::uint32_t id, std::size_t capacity_bytes)
    : out_(out), begin_(0) {
    out_.resize(content_offset + capacity_bytes);
    out_[length_prefix_bytes] = static_cast<std::uint8_t>(Reply::data);
    store_u32(out_, length_prefix_bytes + 1, id);
}

DataReply::~DataReply() {
    if (!finished_) out_.resize(begin_);
}

ByteSpan DataReply::space() {
    return ByteSpan(out_).subspan(begin_ + content_offset);
}

void DataReply::finish(std::size_t size_bytes) {
    if (finished_ || size_bytes > space().size())
        throw std::logic_error("a DATA reply finished twice, or past its space");
    out_.resize(begin_ + content_offset + size_bytes);
    store_u32(out_, begin_ + count_offset, size_bytes);
    close_frame(out_, begin_);
    finished_ = true;
}

NamesReply::NamesReply(Bytes& out, std::uint32_t id, std::size_t limit_bytes)
    : out_(out), begin_(open_frame(out, Reply::name, id)), limit_bytes_(limit_bytes) {}

NamesReply::~NamesReply() {
    if (!finished_) out_.resize(begin_);
}

bool NamesReply::add(std::string_view name, std::string_view long_name,
                     const Attributes& attributes) {
    const std::size_t entry_bytes =
        2 * count_bytes + name.size() + long_name.size() + encoded_bytes(attributes);
    if (out_.size() - begin_ - length_prefix_bytes + entry_bytes > limit_bytes_) return false;
    ByteWriter(out_).string(name).string(long_name);
    append_attributes(out_, attributes);
    ++count_;
    return true;
}

void NamesReply::finish() {
    if (finished_) throw std::logic_error("a NAME reply finished twice");
    store_u32(out_, begin_ + count_offset, count_);
    close_frame(out_, begin_);
    finished_ = true;
}

}  // namespace consign::sftp
