using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading.EntityFramework;

/// <summary>The index tables as entities. A fact's identity is its key, for want of another.</summary>
internal sealed class IndexDbContext(NpgsqlDataSource dataSource) : DbContext
{
    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.UseNpgsql(dataSource);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("exograph");
        modelBuilder.Entity<Package>().ToTable("packages");
        modelBuilder.Entity<PackageVersion>().ToTable("package_versions");
        modelBuilder.Entity<SourceFile>().ToTable("files");
        modelBuilder.Entity<FilePath>().ToTable("file_paths").HasKey(e => new { e.FileId, e.Path });
        modelBuilder.Entity<StructuralTerm>().ToTable("terms");
        modelBuilder.Entity<Fragment>().ToTable("fragments");
        modelBuilder.Entity<GraphNode>().ToTable("graph_nodes");
        modelBuilder.Entity<Comment>().ToTable("comments").HasKey(e => new { e.FileId, e.Line, e.Col, e.Text });
        modelBuilder.Entity<Definition>().ToTable("definitions")
            .HasKey(e => new { e.FileId, e.Line, e.Col, e.Kind, e.QualifiedName });
        modelBuilder.Entity<SymbolReference>().ToTable("symbol_references")
            .HasKey(e => new { e.FileId, e.Line, e.Col, e.Kind, e.QualifiedName });
        modelBuilder.Entity<CallEdge>().ToTable("call_edges")
            .HasKey(e => new { e.CallerNodeId, e.CalleeNodeId, e.Line, e.Col });
        modelBuilder.Entity<FragmentTermSet>().ToTable("fragment_term_sets").HasKey(e => e.FragmentId);
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(e => e.GetProperties()))
            property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
    }
}
