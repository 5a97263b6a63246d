using NpgsqlTypes;
using static NpgsqlTypes.NpgsqlDbType;

namespace Exograph.ServerSide.Benchmarks.Loading.Writing;

/// <summary>The columns of a row that name no other row: they are written alike whether its parents go by id or by key.</summary>
internal static class Payloads
{
    public static TableWriter<FileRow> AddPayload(this TableWriter<FileRow> writer) => writer
        .Add("path", Text, r => r.Path)
        .Add("source", Text, r => r.Source)
        .Add("sha256", Bytea, r => r.Sha256);

    public static TableWriter<FragmentRow> AddPayload(this TableWriter<FragmentRow> writer) => writer
        .Add("content_hash", Bytea, r => r.ContentHash)
        .Add("ast", Bytea, r => r.Ast)
        .Add("kind", Text, r => r.Kind)
        .Add("module", Text, r => r.Module)
        .Add("name", Text, r => r.Name)
        .Add("arity", Integer, r => r.Arity)
        .Add("line", Integer, r => r.Line)
        .Add("end_line", Integer, r => r.EndLine)
        .Add("mass", Integer, r => r.Mass)
        .Add("exact_hash", Bytea, r => r.ExactHash)
        .Add("sub_hashes", NpgsqlDbType.Array | Bigint, r => r.SubHashes?.ToArray());

    public static TableWriter<GraphNodeRow> AddPayload(this TableWriter<GraphNodeRow> writer) => writer
        .Add("engine", Text, r => r.Engine)
        .Add("kind", Text, r => r.Kind)
        .Add("module", Text, r => r.Module)
        .Add("name", Text, r => r.Name)
        .Add("arity", Integer, r => r.Arity)
        .Add("qualified_name", Text, r => r.QualifiedName)
        .Add("line", Integer, r => r.Line)
        .Add("col", Integer, r => r.Col);

    public static TableWriter<CommentRow> AddPayload(this TableWriter<CommentRow> writer) => writer
        .Add("text", Text, r => r.Text)
        .Add("line", Integer, r => r.Line)
        .Add("col", Integer, r => r.Col);

    public static TableWriter<TRow> AddPayload<TRow>(this TableWriter<TRow> writer) where TRow : SymbolRow => writer
        .Add("kind", Text, r => r.Kind)
        .Add("module", Text, r => r.Module)
        .Add("name", Text, r => r.Name)
        .Add("arity", Integer, r => r.Arity)
        .Add("qualified_name", Text, r => r.QualifiedName)
        .Add("line", Integer, r => r.Line)
        .Add("col", Integer, r => r.Col);

    public static TableWriter<CallEdgeRow> AddPayload(this TableWriter<CallEdgeRow> writer) => writer
        .Add("caller_qualified_name", Text, r => r.CallerQualifiedName)
        .Add("callee_qualified_name", Text, r => r.CalleeQualifiedName)
        .Add("line", Integer, r => r.Line)
        .Add("col", Integer, r => r.Col);
}
