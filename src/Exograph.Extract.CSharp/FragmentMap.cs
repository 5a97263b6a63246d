using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Exograph.Extract.CSharp;

/// <summary>Chooses which nodes of a file are fragments.</summary>
internal sealed class FragmentMap
{
    // Bounds what the trees of a file's fragments take together, however deep the source nests.
    private const int MaxDepth = 32;

    private readonly FlatTree _tree;
    private readonly int[] _around;
    private readonly List<Chosen> _chosen = [];

    public FragmentMap(FlatTree tree, int minMass)
    {
        _tree = tree;
        _around = new int[tree.Items.Length];
        for (var i = 0; i < _around.Length; i++)
        {
            var parent = tree.Items[i].Parent;
            var outer = parent < 0 ? -1 : _around[parent];
            _around[i] = Suits(tree.Items[i], outer, minMass) ? Add(i, outer) : outer;
        }
    }

    /// <summary>The items that are fragments, in the order of the source.</summary>
    public IEnumerable<int> Items => _chosen.Select(c => c.Item);

    /// <summary>The number of the innermost fragment that an item is, or is within.</summary>
    public int? Around(int item) => _around[item] < 0 ? null : _around[item];

    /// <summary>The number of the innermost type or member around an item.</summary>
    public int? MemberAround(int item)
    {
        var fragment = _around[item];
        while (fragment >= 0 && !IsMember(_tree.Items[_chosen[fragment].Item].Node))
            fragment = _chosen[fragment].Outer;
        return fragment < 0 ? null : fragment;
    }

    /// <summary>The number of the fragment that an item is itself.</summary>
    public int? At(int item) => _around[item] is >= 0 and var fragment && _chosen[fragment].Item == item ? fragment : null;

    /// <summary>Whether a node is a type or a member, which are fragments whatever their mass.</summary>
    public static bool IsMember(SyntaxNode? node) => node is LocalFunctionStatementSyntax
        || node is MemberDeclarationSyntax and not (
            BaseNamespaceDeclarationSyntax or GlobalStatementSyntax or EnumMemberDeclarationSyntax or IncompleteMemberSyntax);

    private int Add(int item, int outer)
    {
        _chosen.Add(new Chosen(item, outer, outer < 0 ? 1 : _chosen[outer].Depth + 1));
        return _chosen.Count - 1;
    }

    private bool Suits(in FlatTree.Item item, int outer, int minMass)
    {
        if (item.Node is null || outer >= 0 && _chosen[outer].Depth == MaxDepth)
            return false;
        if (IsMember(item.Node))
            return true;
        if (item.Node is not (StatementSyntax or ExpressionSyntax) || item.Mass < minMass)
            return false;
        // What makes up nearly all of the fragment around it would say the same again.
        return outer < 0 || item.Mass <= _tree.Items[_chosen[outer].Item].Mass * 3L / 4;
    }

    private readonly record struct Chosen(int Item, int Outer, int Depth);
}
