using System.Collections.Immutable;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Analyzers.Tests;

/// <summary>Rules about <c>[KvCache]</c>: where they fire, what they underline and say, and the nearest declarations where they stay silent.</summary>
public class CacheRuleTests
{
    /// <summary>Kernel or layer; attributes; the only rule that fires; the text it underlines; what its message must say.</summary>
    public static TheoryData<string, string, string, string, string> Firing => new()
    {
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 64, MaxLength = 8192)]\n[KvCache(Capacity = 4096)]", "ATTN016", "Capacity = 4096", "raise Capacity to 8192 or lower MaxLength" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 64, MaxLength = 64, MaxKeyLength = 4097)]\n[KvCache(Capacity = 4096)]", "ATTN016", "Capacity = 4096", "lower MaxKeyLength" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 80)]\n[KvCache(Precision = KvPrecision.Int8, QuantBlock = 32)]", "ATTN035", "QuantBlock = 32", "such as 40" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 64, ValueDim = 96)]\n[KvCache(Precision = KvPrecision.Int8, QuantBlock = 64)]", "ATTN035", "QuantBlock = 64", "the head dim 64 and the value dim 96; give a divisor of both, such as 32" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 64)]\n[KvCache(Precision = KvPrecision.Int8, QuantBlock = -8)]", "ATTN035", "QuantBlock = -8", "such as 1" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 64)]\n[KvCache(PageTokens = 100)]", "ATTN036", "PageTokens = 100", "multiple of 16 from 16 to 4096" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 64)]\n[KvCache(PageTokens = 0)]", "ATTN036", "PageTokens = 0", "multiple of 16" },
        { "K", "[Attention(Heads = 8, HeadDim = 64)]\n[KvCache]", "ATTN064", "KvCache", "add Causal = true" },
        { "K", "[Attention(\"landmark\", Heads = 8, HeadDim = 64)]\n[KvCache]", "ATTN064", "KvCache", "keys that come after it" },
        { "K", "[Attention(\"linear\", Heads = 8, HeadDim = 64, Causal = true)]\n[KvCache]", "ATTN064", "KvCache", "'linear' attention keeps a state of fixed size" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 64, Cross = true, CausalAlignment = CausalAlignment.BottomRight)]\n[KvCache]", "ATTN064", "KvCache", "keys of another sequence" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 64, CausalAlignment = CausalAlignment.TopLeft)]\n[KvCache]", "ATTN064", "KvCache", "use BottomRight" },
        { "K", "[Attention(\"mamba\", DModel = 64, Causal = true)]\n[KvCache]", "ATTN064", "KvCache", "'mamba' attention keeps a state of fixed size" },
        { "L", "[Attention(\"mamba\", DModel = 64)]\n[KvCache]", "ATTN064", "KvCache", "'mamba' attention keeps a state of fixed size" },
        { "L", "[Attention(\"performer\", Heads = 8, DModel = 512, Causal = true)]\n[KvCache]", "ATTN064", "KvCache", "'performer' attention keeps a state of fixed size" },
        { "L", "[Attention(Heads = 8, DModel = 512)]\n[KvCache]", "ATTN064", "KvCache", "add Causal = true" },
        { "L", "[Attention(\"crossmemory\", Heads = 8, DModel = 512)]\n[KvCache]", "ATTN064", "KvCache", "keys of another sequence" },
        { "L", "[Attention(\"causal\", Heads = 8, DModel = 512)]\n[PositionalEncoding(\"learned\")]\n[KvCache(Capacity = 4096)]", "ATTN015", "PositionalEncoding", "holds 512 positions, but sequences may hold 4096" },
        { "L", "[Attention(\"causal\", Heads = 8, DModel = 512, MaxLength = 64, MaxKeyLength = 6000)]\n[PositionalEncoding(\"sinusoidal\")]\n[KvCache]", "ATTN015", "PositionalEncoding", "holds 5000 positions, but sequences may hold 6000" },
        { "L", "[Attention(\"causal\", Heads = 8, DModel = 512, MaxLength = 4096)]\n[KvCache(Capacity = 512)]", "ATTN016", "Capacity = 512", "raise Capacity to 4096" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 64)]\n[KvCache(QuantBlock = 32)]", "ATTN046", "QuantBlock = 32", "only Precision = Int8 has scales" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 64)]\n[KvCache(Capacity = -1)]", "ATTN056", "Capacity = -1", "0 (open) or more" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 64)]\n[KvCache(Precision = (KvPrecision)7)]", "ATTN056", "Precision = (KvPrecision)7", "named member" },
    };

    /// <summary>Kernel or layer; declarations at the edge of a rule, on its silent side.</summary>
    public static TheoryData<string, string> Silent => new()
    {
        { "L", "[Attention(\"causal\", Heads = 8, DModel = 512)]\n[KvCache]" },
        { "L", "[Attention(\"causal\", Heads = 8, DModel = 512)]\n[PositionalEncoding(\"learned\", MaxLength = 4096)]\n[KvCache(Capacity = 4096)]" },
        { "L", "[Attention(\"causal\", Heads = 8, DModel = 512, MaxLength = 64, MaxKeyLength = 4096, WeightPrecision = WeightPrecision.Int8)]\n[PositionalEncoding(\"sinusoidal\")]\n[KvCache]" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"sinusoidal\")]\n[KvCache(Capacity = 8192)]" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 64, MaxLength = 4096)]\n[KvCache(Capacity = 4096)]" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 64, MaxLength = 4096)]\n[KvCache(Capacity = 0)]" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 80)]\n[KvCache(Precision = KvPrecision.Int8, QuantBlock = 40)]" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 80)]\n[KvCache(Precision = KvPrecision.Int8, QuantBlock = 0)]" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 64)]\n[KvCache(PageTokens = 16)]" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 64)]\n[KvCache(PageTokens = 4096, Precision = KvPrecision.BFloat16)]" },
        { "K", "[Attention(\"local\", WindowLeft = 128, Causal = true, Heads = 8, HeadDim = 64)]\n[KvCache]" },
        { "K", "[Attention(Causal = true, CausalAlignment = CausalAlignment.BottomRight, Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"rope\")]\n[KvCache]" },
    };

    [Theory]
    [MemberData(nameof(Firing))]
    public Task Fires_at_its_argument(string host, string attributes, string id, string underlined, string says) =>
        new RuleTests().Fires_at_its_argument(host, attributes, id, underlined, says);

    [Theory]
    [MemberData(nameof(Silent))]
    public async Task Stays_silent(string host, string attributes)
    {
        string source = host == "K" ? Declare.Kernel(attributes) : Declare.Layer(attributes);
        Assert.Empty(Lab.Compile(source).GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));

        ImmutableArray<Diagnostic> all = await Lab.AnalyzeAsync(Lab.Compile(source));

        // The plan, and for long sequences advice: nothing that is wrong.
        Assert.All(all, diagnostic => Assert.True(diagnostic.Severity == DiagnosticSeverity.Info, diagnostic.ToString()));
        Assert.Contains(all, diagnostic => diagnostic.Id == "ATTN048");
    }

    [Theory]
    [InlineData("", 2048)] // 4 bytes * 2 heads * (128 + 128) features
    [InlineData("Precision = KvPrecision.BFloat16", 1024)]
    [InlineData("Precision = KvPrecision.Int8", 528)] // a byte a feature, 4 bytes for each of 2 scales a head
    [InlineData("Precision = KvPrecision.Int8, QuantBlock = 32", 576)] // 8 scales a head
    public async Task The_plan_counts_bytes_as_they_are_stored(string cache, int bytes)
    {
        ImmutableArray<Diagnostic> all = await Lab.AnalyzeAsync(Lab.Compile(Declare.Kernel($"[Attention(\"causal\", Heads = 8, KvHeads = 2, HeadDim = 128)]\n[KvCache({cache})]")));

        Assert.Contains($"{bytes} bytes of keys and values per token", Assert.Single(all).GetMessage(), StringComparison.Ordinal);
    }
}
