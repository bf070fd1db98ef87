# frozen_string_literal: true
require 'json'
module Outer; class Thing < Base::Class
  include Comparable
  attr_accessor :name, :"quoted sym"
  CONSTANT = %w[a b c].freeze
  # A comment
  def initialize(a, b = 1, *rest, key:, opt: 2, **options, &block)
    @name, @@count, $global = a, *rest
    super
  end
  def self.build(...) = new(...)
  def <=>(other) name <=> other.name end
  def each
    return enum_for(:each) unless block_given?
    @items.each_with_index { |item, i; local| yield item, i if i.even? }
    items.map(&:to_s).select do |x| x =~ /re#{x}gex/i end
    case value
    when 1..5, String then puts "text #{a + "#{nested}"} \n"
    in { name: String => n, age: Integer } if n then 1
    in [Integer, *] | nil then 2
    else :none
    end
    begin; raise ArgumentError, 'x'; rescue TypeError => e; retry; ensure close; end
    while true do break if x; next; end
    until y; y ||= 1; end
    text = <<~HEREDOC + <<-'RAW'
      first #{interpolated}
    HEREDOC
      raw #{not}
    RAW
    hash = { 'a' => 1, b: 2, **other, "c": [1, [2, [3, [4]]]] }
    x = a ? b : c; y = not(z) && (w or v); f.g&.h(1, *a, k: 1) ; -> (x) { x ** 2 }
    alias new_name old_name; undef foo; defined?(@a); puts __FILE__, ?a, %i[x y], 1r, 2i
  end
end; end
class << self; def x; end; end
def broken(a, { b + }
class lowercase; end
if x then y(
after(a, GFP_ATOMIC)
