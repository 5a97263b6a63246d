using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas;

/// <summary>The tables of the shop for Entity Framework Core, with names as PostgreSQL has them.</summary>
internal sealed class ShopContext(NpgsqlConnection connection) : DbContext
{
    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.UseNpgsql(connection);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("shop");
        modelBuilder.Entity<StoredCurrency>().ToTable("currency").HasKey(c => c.Code);
        modelBuilder.Entity<StoredCategory>().ToTable("category");
        modelBuilder.Entity<StoredProduct>().ToTable("product").HasOne<StoredCurrency>().WithMany().HasForeignKey(p => p.Currency);
        modelBuilder.Entity<StoredTag>().ToTable("tag");
        modelBuilder.Entity<StoredProductTag>().ToTable("product_tag").HasKey(t => new { t.ProductId, t.TagId });
        modelBuilder.Entity<StoredCustomer>().ToTable("customer");
        modelBuilder.Entity<StoredAddress>().ToTable("address");
        modelBuilder.Entity<StoredOrder>().ToTable("order");
        modelBuilder.Entity<StoredLine>().ToTable("line").HasKey(l => new { l.OrderId, l.N });
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(e => e.GetProperties()))
            property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
    }
}
