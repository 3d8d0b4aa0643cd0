using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether the attention can read its keys from a cache, and the cache that is declared can be built.</summary>
internal static class CacheRules
{
    public static readonly DiagnosticDescriptor TooShort = new(
        "ATTN016", "KV cache is shorter than the sequences", "The cache ends at Capacity = {0} tokens, but sequences may hold {1}; raise Capacity to {1} or lower {2}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN016.md");

    public static readonly DiagnosticDescriptor BadBlock = new(
        "ATTN035", "Quantisation block does not divide the heads", "QuantBlock = {0} does not divide {1}; give a divisor of both, such as {2}, or 0 for one scale per token and head", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN035.md");

    public static readonly DiagnosticDescriptor BadPage = new(
        "ATTN036", "Page size is invalid", "PageTokens = {0}: keys lie in panels of 16 tokens and a page holds less than 2 GiB; give a multiple of 16 from 16 to {1}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN036.md");

    public static readonly DiagnosticDescriptor Unusable = new(
        "ATTN064", "This attention can't use a KV cache", "{0}; {1}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN064.md");

    private const int PanelTokens = 16;
    private const int GreatestPage = 4096;
    private const int MostPrecision = 3;
    private const int TopLeft = 1;

    public static void Check(RuleContext context)
    {
        if (context.Spec.Cache is not { } cache)
        {
            return;
        }

        CheckUse(context);
        if (cache.Precision is < 0 or > MostPrecision)
        {
            context.Report(RangeRules.OutOfRange, At(cache, "Precision"), ["Precision", cache.Precision, "a named member of the enum"]);
        }

        CheckCapacity(context, cache);
        CheckBlock(context, cache);
        CheckPage(context, cache);
    }

    private static void CheckUse(RuleContext context)
    {
        (string Why, string What)? problem =
            context.Type?.Family is KernelFamily.Linear or KernelFamily.Scan ? ($"'{context.Type.Name}' attention keeps a state of fixed size instead of keys", "remove [KvCache]")
            : context.Shape.Cross ? ("Cross-attention reads the keys of another sequence, which does not grow", "remove [KvCache], or Cross")
            : !context.Shape.Causal ? ("Without a causal mask a query also sees keys that come after it and are not cached yet", "add Causal = true")
            : context.Spec.Host.IsStatic && context.Shape.Alignment == TopLeft ? ("New tokens stand behind those in the cache, but CausalAlignment = TopLeft puts them at the first key", "use BottomRight")
            : null;
        if (problem is var (why, what) && context.Type is not null)
        {
            context.Report(Unusable, Place.Cache(), [why, what], Remedy.Of("Remove [KvCache]", Edit.Remove(Place.Cache())));
        }
    }

    private static void CheckCapacity(RuleContext context, CacheSpec cache)
    {
        if (cache.Capacity < 0)
        {
            context.Report(RangeRules.OutOfRange, At(cache, "Capacity"), ["Capacity", cache.Capacity, "0 (open) or more tokens"], Remedy.Of("Remove Capacity", Edit.Remove(At(cache, "Capacity"))));
            return;
        }

        int length = context.Shape.MaxKeyLength;
        if (cache.Capacity > 0 && cache.Capacity < length)
        {
            string limit = context.Spec.Int("MaxKeyLength") > 0 ? "MaxKeyLength" : "MaxLength";
            context.Report(TooShort, At(cache, "Capacity"), [cache.Capacity, length, limit], Remedy.Of($"Set Capacity = {length}", Edit.Set(Place.Cache("Capacity"), length)));
        }
    }

    private static void CheckBlock(RuleContext context, CacheSpec cache)
    {
        if (cache.Find("QuantBlock") is not { } written)
        {
            return;
        }

        Place place = Place.Cache("QuantBlock");
        if (!cache.HasScales)
        {
            context.Report(IgnoredRules.Ignored, place, ["QuantBlock", "only Precision = Int8 has scales"], Remedy.Of("Remove QuantBlock", Edit.Remove(place)));
            return;
        }

        (int block, int headDim, int valueDim) = ((int)written.Number, context.Shape.HeadDim, context.Shape.ValueDim);
        if (block == 0 || headDim <= 0 || valueDim <= 0 || (block > 0 && headDim % block == 0 && valueDim % block == 0))
        {
            return;
        }

        int nearest = Enumerable.Range(1, System.Math.Min(headDim, valueDim)).Where(size => headDim % size == 0 && valueDim % size == 0).OrderBy(size => System.Math.Abs((long)size - block)).First();
        string heads = headDim == valueDim ? $"the head dim {RuleContext.Word(headDim)}" : $"the head dim {RuleContext.Word(headDim)} and the value dim {RuleContext.Word(valueDim)}";
        context.Report(BadBlock, place, [block, heads, nearest], Remedy.Of($"Set QuantBlock = {nearest}", Edit.Set(place, nearest)));
    }

    private static void CheckPage(RuleContext context, CacheSpec cache)
    {
        // A head's row of keys and values, scales included, is at most 4 bytes a feature and 8 more a scale.
        long bytesPerToken = System.Math.Max(1, 12L * context.Shape.KvHeads * (context.Shape.HeadDim + context.Shape.ValueDim + PanelTokens));
        int most = (int)System.Math.Max(PanelTokens, System.Math.Min(GreatestPage, int.MaxValue / bytesPerToken / PanelTokens * PanelTokens));
        if (cache.PageTokens < PanelTokens || cache.PageTokens > most || cache.PageTokens % PanelTokens != 0)
        {
            long nearest = System.Math.Max(PanelTokens, System.Math.Min(most, ((long)cache.PageTokens + (PanelTokens / 2)) / PanelTokens * PanelTokens));
            context.Report(BadPage, At(cache, "PageTokens"), [cache.PageTokens, most], Remedy.Of($"Set PageTokens = {nearest}", Edit.Set(Place.Cache("PageTokens"), nearest)));
        }
    }

    private static Place At(CacheSpec cache, string argument) => Place.Cache(cache.Find(argument) is null ? null : argument);
}
