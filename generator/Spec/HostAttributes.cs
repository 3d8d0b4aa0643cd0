using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Spec;

/// <summary>
/// The attributes that declare one host, as symbols. Lives only inside a transform or an analyzer callback:
/// <see cref="SpecReader"/> reads values from it, the analyzer finds places in it, both in the same order.
/// </summary>
/// <param name="Attention">The host's <c>[Attention]</c>.</param>
/// <param name="ClassModel">Its <c>[Model]</c>, if any.</param>
/// <param name="AssemblyModel">The assembly's <c>[Model]</c>, if any.</param>
/// <param name="Encodings">Its <c>[PositionalEncoding]</c>s in source order.</param>
/// <param name="Cache">Its <c>[KvCache]</c>, if any.</param>
public sealed record HostAttributes(
    AttributeData Attention,
    AttributeData? ClassModel,
    AttributeData? AssemblyModel,
    ImmutableArray<AttributeData> Encodings,
    AttributeData? Cache)
{
    /// <summary>The attributes of a class, or null when it declares no attention.</summary>
    public static HostAttributes? Of(INamedTypeSymbol host)
    {
        ImmutableArray<AttributeData> own = host.GetAttributes();
        AttributeData? attention = First(own, "AttentionAttribute");
        return attention is null
            ? null
            : new HostAttributes(
                attention,
                First(own, "ModelAttribute"),
                First(host.ContainingAssembly.GetAttributes(), "ModelAttribute"),
                [.. own.Where(attribute => Is(attribute, "PositionalEncodingAttribute"))],
                First(own, "KvCacheAttribute"));
    }

    /// <summary>Whether <c>[Attention]</c> was written in that part of the class; a class with a duplicate belongs to its first.</summary>
    public bool AttentionStandsOn(SyntaxNode part, CancellationToken cancellation) =>
        Attention.ApplicationSyntaxReference?.GetSyntax(cancellation) is { } attribute && part.Contains(attribute);

    private static AttributeData? First(IEnumerable<AttributeData> attributes, string name) =>
        attributes.FirstOrDefault(attribute => Is(attribute, name));

    private static bool Is(AttributeData attribute, string name) =>
        attribute.AttributeClass is { ContainingNamespace: { Name: "AttentionGen", ContainingNamespace.IsGlobalNamespace: true }, ContainingType: null } type
        && type.Name == name;
}
