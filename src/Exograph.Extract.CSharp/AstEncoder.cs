using System.Buffers;
using System.Text;
using Microsoft.CodeAnalysis.CSharp;

namespace Exograph.Extract.CSharp;

/// <summary>
/// Serializes a whole file once. In preorder every node's form is a slice of its parent's, so fragments, and their hashes,
/// are slices.
/// </summary>
internal sealed class AstEncoder
{
    private readonly ArrayBufferWriter<byte> _bytes;
    private readonly int[] _starts;
    private readonly FlatTree _tree;

    public AstEncoder(FlatTree tree)
    {
        _tree = tree;
        _bytes = new ArrayBufferWriter<byte>(tree.Items.Length * 3 + 1);
        _starts = new int[tree.Items.Length + 1];
        for (var i = 0; i < tree.Items.Length; i++)
        {
            _starts[i] = _bytes.WrittenCount;
            Encode(tree.Items[i]);
        }
        _starts[^1] = _bytes.WrittenCount;
    }

    /// <summary>The serialized form of an item, without the byte for the format's version.</summary>
    public ReadOnlySpan<byte> this[int item] => _bytes.WrittenSpan[_starts[item].._starts[_tree.Items[item].End]];

    private void Encode(in FlatTree.Item item)
    {
        var kind = (uint)item.Kind << 2;
        if (item.Node is not null)
        {
            Number(kind | AstDecoder.Node);
            Number((uint)item.Children);
            return;
        }
        var text = item.Token.Text;
        if (text == SyntaxFacts.GetText(item.Kind))
        {
            Number(kind | AstDecoder.FixedToken);
            return;
        }
        Number(kind | AstDecoder.Token);
        var length = Encoding.UTF8.GetByteCount(text);
        Number((uint)length);
        _bytes.Advance(Encoding.UTF8.GetBytes(text, _bytes.GetSpan(length)));
    }

    private void Number(uint value)
    {
        var span = _bytes.GetSpan(5);
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            span[length++] = (byte)(value | 0x80);
        span[length++] = (byte)value;
        _bytes.Advance(length);
    }
}
