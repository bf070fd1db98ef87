#include "query/yaml_tree.h"

#include <map>

#include <yaml.h>

namespace copse {
namespace {

// libyaml's parser and its current event, released whatever happens.
class EventReader {
 public:
  explicit EventReader(std::string_view text) {
    ready_ = yaml_parser_initialize(&parser_) == 1;
    if (!ready_) return;
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  EventReader(const EventReader&) = delete;
  EventReader& operator=(const EventReader&) = delete;
  ~EventReader() {
    if (has_event_) yaml_event_delete(&event_);
    if (ready_) yaml_parser_delete(&parser_);
  }

  bool ready() const { return ready_; }
  bool next() {
    if (has_event_) yaml_event_delete(&event_);
    has_event_ = yaml_parser_parse(&parser_, &event_) == 1;
    return has_event_;
  }
  const yaml_event_t& event() const { return event_; }
  std::string problem() const {
    return parser_.problem == nullptr ? "not YAML" : std::string(parser_.problem);
  }
  TextPosition problem_position() const { return position_of(parser_.problem_mark); }
  TextPosition position() const { return position_of(event_.start_mark); }

 private:
  static TextPosition position_of(const yaml_mark_t& mark) {
    return {static_cast<std::uint32_t>(mark.line), static_cast<std::uint32_t>(mark.column)};
  }

  yaml_parser_t parser_{};
  yaml_event_t event_{};
  bool ready_ = false;
  bool has_event_ = false;
};

std::string text_of(const unsigned char* text, std::size_t size) {
  return {reinterpret_cast<const char*>(text), size};
}

std::string text_of(const unsigned char* text) {
  return text == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(text));
}

// Builds a tree of events; what is open stands on a stack.
class TreeBuilder {
 public:
  TreeBuilder(std::string_view name, YamlTree& tree) : name_(name), tree_(tree) {}

  Status take(const EventReader& reader) {
    const yaml_event_t& event = reader.event();
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT:
        anchors_.clear();
        return success();
      case YAML_SCALAR_EVENT: {
        YamlNode node;
        node.text = text_of(event.data.scalar.value, event.data.scalar.length);
        node.plain = event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        return add(std::move(node), reader.position(), text_of(event.data.scalar.anchor), false);
      }
      case YAML_SEQUENCE_START_EVENT: {
        YamlNode node;
        node.kind = YamlNode::Kind::List;
        return add(std::move(node), reader.position(), text_of(event.data.sequence_start.anchor),
                   true);
      }
      case YAML_MAPPING_START_EVENT: {
        YamlNode node;
        node.kind = YamlNode::Kind::Mapping;
        return add(std::move(node), reader.position(), text_of(event.data.mapping_start.anchor),
                   true);
      }
      case YAML_ALIAS_EVENT:
        return alias(text_of(event.data.alias.anchor), reader.position());
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        return close();
      default:
        return success();
    }
  }

 private:
  struct Open {
    std::uint32_t node;
    std::string anchor;
  };

  Status fail(ErrorCode code, TextPosition position, std::string_view message) const {
    return error_at(code, name_, position, message);
  }

  Status add(YamlNode node, TextPosition position, std::string anchor, bool open) {
    if (tree_.nodes.size() >= YamlTree::kNodesMax || open_.size() >= YamlTree::kDepthMax) {
      return fail(ErrorCode::LimitExceeded, position,
                  "more than " + std::to_string(YamlTree::kDepthMax) + " levels or " +
                      std::to_string(YamlTree::kNodesMax) + " values");
    }
    node.position = position;
    const auto index = static_cast<std::uint32_t>(tree_.nodes.size());
    tree_.nodes.push_back(std::move(node));
    COPSE_TRY_STATUS(attach(index, position));
    if (open) {
      open_.push_back({index, std::move(anchor)});
    } else if (!anchor.empty()) {
      anchors_[anchor] = index;
    }
    return success();
  }

  Status attach(std::uint32_t index, TextPosition position) {
    if (open_.empty()) {
      tree_.documents.push_back(index);
      return success();
    }
    YamlNode& parent = tree_.nodes[open_.back().node];
    const bool is_key = parent.kind == YamlNode::Kind::Mapping && parent.items.size() % 2 == 0;
    if (is_key) {
      const YamlNode& key = tree_.nodes[index];
      if (key.kind != YamlNode::Kind::Scalar) {
        return fail(ErrorCode::InvalidArgument, position, "a key has to be a word");
      }
      for (std::size_t i = 0; i < parent.items.size(); i += 2) {
        if (tree_.nodes[parent.items[i]].text != key.text) continue;
        return fail(ErrorCode::InvalidArgument, position, "duplicate field `" + key.text + "`");
      }
    }
    parent.items.push_back(index);
    return success();
  }

  Status alias(const std::string& anchor, TextPosition position) {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      return fail(ErrorCode::InvalidArgument, position, "there is no anchor &" + anchor);
    }
    return attach(found->second, position);
  }

  // An anchor is there for aliases once its value is whole.
  Status close() {
    if (!open_.back().anchor.empty()) anchors_[open_.back().anchor] = open_.back().node;
    open_.pop_back();
    return success();
  }

  std::string_view name_;
  YamlTree& tree_;
  std::vector<Open> open_;
  std::map<std::string, std::uint32_t> anchors_;
};

}  // namespace

Error error_at(ErrorCode code, std::string_view name, TextPosition position,
               std::string_view message) {
  return {code, std::string(name) + ':' + std::to_string(position.line + 1) + ':' +
                    std::to_string(position.column + 1) + ": " + std::string(message)};
}

Result<YamlTree> YamlTree::parse(std::string_view name, std::string_view text) {
  EventReader reader(text);
  if (!reader.ready()) return Error(ErrorCode::LimitExceeded, "no memory to read YAML");
  YamlTree tree;
  TreeBuilder builder(name, tree);
  for (;;) {
    if (!reader.next()) {
      return error_at(ErrorCode::InvalidArgument, name, reader.problem_position(),
                      reader.problem());
    }
    if (reader.event().type == YAML_STREAM_END_EVENT) return tree;
    COPSE_TRY_STATUS(builder.take(reader));
  }
}

}  // namespace copse
