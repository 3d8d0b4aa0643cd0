using System.Collections.Immutable;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Analyzers.Tests;

/// <summary>What may stand on a scan: where each rule fires, what it underlines and says, and where it stays silent.</summary>
public class ScanRuleTests
{
    /// <summary>Kernel or layer; attributes; the only rule that fires; the text it underlines; what its message must say.</summary>
    public static TheoryData<string, string, string, string, string> Firing => new()
    {
        { "K", "[Attention(\"mamba\", DModel = 512)]\n[PositionalEncoding(\"rope\")]", "ATTN062", "PositionalEncoding", "The encoding 'rope'" },
        { "L", "[Attention(\"mamba\", DModel = 512)]\n[PositionalEncoding(\"sinusoidal\")]", "ATTN062", "PositionalEncoding", "keeps the order of positions" },
        { "L", "[Attention(\"mamba\", DModel = 512)]\n[PositionalEncoding(\"learned\")]", "ATTN062", "PositionalEncoding", "The encoding 'learned'" },
        { "L", "[Attention(\"mamba\", DModel = 512, Cross = true)]", "ATTN062", "Cross = true", "it reads one sequence" },
        { "K", "[Attention(\"mamba\", DModel = 512, Causal = true)]\n[PositionalEncoding(\"alibi\")]", "ATTN059", "PositionalEncoding", "The encoding 'alibi'" },
        { "K", "[Attention(\"mamba\", DModel = 512)]\n[PositionalEncoding(\"relative\")]", "ATTN059", "PositionalEncoding", "The encoding 'relative'" },
        { "K", "[Attention(\"mamba\", DModel = 512, Softcap = 30)]", "ATTN059", "Softcap = 30", "'mamba' attention has none" },
        { "L", "[Attention(\"mamba\", DModel = 512, Dropout = 0.1)]", "ATTN059", "Dropout = 0.1", "'mamba' attention has none" },
        { "L", "[Attention(\"mamba\", DModel = 512, QkNorm = QkNormalisation.L2)]", "ATTN059", "QkNorm = QkNormalisation.L2", "'mamba' attention has none" },
        { "K", "[Attention(\"mamba\", DModel = 512, LearnedSinks = true)]", "ATTN059", "LearnedSinks = true", "'mamba' attention has none" },
        { "K", "[Attention(\"mamba\")]", "ATTN051", "Attention", "DModel is missing" },
        { "K", "[Attention(\"mamba\", DModel = 512, Heads = 8)]", "ATTN046", "Heads = 8", "not heads" },
        { "K", "[Attention(\"mamba\", DModel = 512, HeadDim = 64)]", "ATTN046", "HeadDim = 64", "not heads" },
        { "L", "[Attention(\"mamba\", DModel = 512, KvHeads = 2)]", "ATTN046", "KvHeads = 2", "not heads" },
        { "L", "[Attention(\"mamba\", DModel = 512, ValueDim = 2)]", "ATTN046", "ValueDim = 2", "not heads" },
        { "K", "[Attention(\"mamba\", DModel = 512, Scale = 0.5)]", "ATTN046", "Scale = 0.5", "no scores" },
        { "L", "[Attention(\"mamba\", DModel = 512, Temperature = 2)]", "ATTN046", "Temperature = 2", "no scores" },
        { "K", "[Attention(\"mamba\", DModel = 512, MaxKeyLength = 9)]", "ATTN046", "MaxKeyLength = 9", "one sequence" },
        { "K", "[Attention(\"mamba\", DModel = 512, CausalAlignment = CausalAlignment.TopLeft)]", "ATTN046", "CausalAlignment = CausalAlignment.TopLeft", "one sequence" },
        { "L", "[Attention(\"mamba\", DModel = 512, Bias = true)]", "ATTN046", "Bias = true", "dt_proj and conv1d" },
        { "K", "[Attention(\"mamba\", DModel = 512, Causal = false)]", "ATTN046", "Causal = false", "never sees later positions" },
        { "K", "[Attention(\"mamba\", DModel = 512, Convolution = 4)]", "ATTN046", "Convolution = 4", "the scan alone" },
        { "K", "[Attention(\"mamba\", DModel = 512, DtRank = 4)]", "ATTN046", "DtRank = 4", "the scan alone" },
        { "K", "[Attention(\"mamba\", DModel = 512, Window = 64)]", "ATTN046", "Window = 64", "only local" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, StateSize = 16)]", "ATTN046", "StateSize = 16", "only mamba" },
        { "K", "[Attention(\"mamba\", DModel = 512, StateSize = 0)]", "ATTN056", "StateSize = 0", "1 to 1024" },
        { "K", "[Attention(\"mamba\", DModel = 512, Expansion = 65)]", "ATTN056", "Expansion = 65", "1 to 64" },
        { "L", "[Attention(\"mamba\", DModel = 512, Convolution = 0)]", "ATTN056", "Convolution = 0", "1 to 64" },
        { "L", "[Attention(\"mamba\", DModel = 512, DtRank = -1)]", "ATTN056", "DtRank = -1", "0 to 65536" },
        { "K", "[Attention(\"mamba\", DModel = 65536, Expansion = 32)]", "ATTN056", "DModel = 65536", "1048576 channels" },
        { "K", "[Attention(\"mamba\", DModel = 65536, StateSize = 1024)]", "ATTN056", "DModel = 65536", "67108864 states" },
    };

    public static TheoryData<string, string> Silent => new()
    {
        { "K", "[Attention(\"mamba\", DModel = 512)]" },
        { "K", "[Attention(\"mamba\", DModel = 512, Causal = true, StateSize = 32, Expansion = 1, MaxLength = 4096)]" },
        { "L", "[Attention(\"mamba\", DModel = 512, Convolution = 3, DtRank = 7)]" },
        { "L", "[Attention(\"mamba\")]\n[Model(DModel = 512, Heads = 7, KvHeads = 2)]" },
        { "L", "[Attention(\"mamba\", DModel = 512)]\n[PositionalEncoding(\"none\")]" },
    };

    [Theory]
    [MemberData(nameof(Firing))]
    public async Task Fires_where_it_should(string host, string attributes, string id, string underlined, string says)
    {
        Diagnostic fault = Assert.Single(await Lab.FaultsAsync(Source(host, attributes)));
        Assert.Equal((id, underlined), (fault.Id, Lab.Underlined(fault)));
        Assert.Contains(says, fault.GetMessage(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Silent))]
    public async Task Stays_silent(string host, string attributes)
    {
        ImmutableArray<Diagnostic> all = await Lab.AnalyzeAsync(Lab.Compile(Source(host, attributes)));
        Assert.Equal("ATTN048", Assert.Single(all).Id);
    }

    [Fact]
    public async Task The_plan_of_a_scan_counts_exponentials()
    {
        ImmutableArray<Diagnostic> all = await Lab.AnalyzeAsync(Lab.Compile(Source("L", "[Attention(\"mamba\", DModel = 512)]")));

        // 1024 channels of 16 states, 8 operations each, and 8 for each channel; 4 bytes of 16 states and 3 rows of the convolution.
        Assert.Contains("1024 channels of 16 states; 139264 FLOPs per token, 16384 of them exponentials; a state of 77824 bytes", Assert.Single(all).GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_of_scores_is_no_function_of_a_scan()
    {
        Diagnostic fault = Assert.Single(await Lab.FaultsAsync("using AttentionGen;\n[Attention(\"mamba\", DModel = 512)] public static partial class Host { static bool Keep(int query, int key) => key < query; }"));
        Assert.Equal("ATTN070", fault.Id);
    }

    private static string Source(string host, string attributes) => host == "K" ? Declare.Kernel(attributes) : Declare.Layer(attributes);
}
