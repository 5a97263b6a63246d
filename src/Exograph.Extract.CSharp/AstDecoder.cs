using System.Text;
using Microsoft.CodeAnalysis.CSharp;

namespace Exograph.Extract.CSharp;

/// <summary>A node or a token of a fragment's tree.</summary>
/// <param name="Kind">The name of its <see cref="SyntaxKind"/>.</param>
/// <param name="Text">A token's text as written; null for a node.</param>
/// <param name="Children">How many of the items after it, each with all that is in it, are its children.</param>
public readonly record struct AstItem(string Kind, string? Text, int Children);

/// <summary>Reads the column <c>ast</c> of fragments.</summary>
public static class AstDecoder
{
    /// <summary>The first byte of every tree of this format.</summary>
    public const byte FormatVersion = 1;

    internal const uint Node = 0;
    internal const uint FixedToken = 1;
    internal const uint Token = 2;

    /// <summary>The items of a tree in preorder.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such tree.</exception>
    public static IReadOnlyList<AstItem> Decode(ReadOnlySpan<byte> ast)
    {
        if (ast is not [FormatVersion, .. var rest])
            throw new InvalidDataException("the tree is not of format 1");
        var items = new List<AstItem>();
        // Children that are still to come; each item is one itself.
        for (var due = 1L; due > 0; due--)
        {
            items.Add(Next(ref rest));
            due += items[^1].Children;
        }
        if (!rest.IsEmpty)
            throw new InvalidDataException("bytes follow the tree");
        return items;
    }

    private static AstItem Next(ref ReadOnlySpan<byte> rest)
    {
        var head = Number(ref rest);
        var kind = (SyntaxKind)(head >> 2);
        switch (head & 3)
        {
            case Node:
                return new AstItem(SyntaxNames.Of(kind), null, checked((int)Number(ref rest)));
            case FixedToken:
                return new AstItem(SyntaxNames.Of(kind), SyntaxFacts.GetText(kind), 0);
            case Token:
                var length = Number(ref rest);
                if (length > rest.Length)
                    throw new InvalidDataException("the tree ends within a token");
                var text = Encoding.UTF8.GetString(rest[..(int)length]);
                rest = rest[(int)length..];
                return new AstItem(SyntaxNames.Of(kind), text, 0);
            default:
                throw new InvalidDataException($"unknown item {head & 3} in the tree");
        }
    }

    private static uint Number(ref ReadOnlySpan<byte> rest)
    {
        var value = 0u;
        for (var shift = 0; shift < 35 && !rest.IsEmpty; shift += 7)
        {
            var next = rest[0];
            rest = rest[1..];
            value |= (next & 0x7Fu) << shift;
            if (next < 0x80)
                return value;
        }
        throw new InvalidDataException("the tree ends within a number");
    }
}
