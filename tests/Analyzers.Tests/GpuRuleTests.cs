using System.Collections.Immutable;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AttentionGen.Analyzers.Tests;

/// <summary>GPU rules that depend on the project and not on the declaration alone.</summary>
public sealed class GpuRuleTests
{
    private const string Declaration = "[Attention(Heads = 8, HeadDim = 64, Targets = KernelTargets.Cpu | KernelTargets.Gpu)]";

    // What the rule looks for in references; the types themselves are the GPU tests' business.
    private const string Gpu = "namespace ILGPU { public struct KernelConfig; }\nnamespace AttentionGen.Gpu { public class GpuAttentionContext; }";

    /// <summary>Kernel or layer; attributes; the only rule that fires; the text it underlines; what its message must say.</summary>
    public static TheoryData<string, string, string, string, string> Firing => new()
    {
        { "K", "[Attention(Heads = 2, HeadDim = 1024, Targets = KernelTargets.Cpu | KernelTargets.Gpu)]", "ATTN042", "Targets = KernelTargets.Cpu | KernelTargets.Gpu", "a group has 49152 bytes" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, Targets = KernelTargets.Cpu | KernelTargets.Gpu)]", "ATTN090", "Targets = KernelTargets.Cpu | KernelTargets.Gpu", "only CPU kernels are written" },
        { "L", "[Attention(Heads = 8, DModel = 512, Targets = KernelTargets.Cpu | KernelTargets.Gpu)]", "ATTN091", "Targets = KernelTargets.Cpu | KernelTargets.Gpu", "it is a layer" },
        { "K", "[Attention(\"linear\", Heads = 8, HeadDim = 64, Targets = KernelTargets.Cpu | KernelTargets.Gpu)]", "ATTN091", "Targets = KernelTargets.Cpu | KernelTargets.Gpu", "'linear' attention has kernels for the CPU only" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 64, Targets = KernelTargets.Cpu | KernelTargets.Gpu), KvCache(Precision = KvPrecision.Int8)]", "ATTN091", "Targets = KernelTargets.Cpu | KernelTargets.Gpu", "its cache stores Int8" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, Targets = KernelTargets.Gpu)]", "ATTN092", "Targets = KernelTargets.Gpu", "CPU kernels are always written" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, Targets = (KernelTargets)4)]", "ATTN056", "Targets = (KernelTargets)4", "named member" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, GpuPrecision = GpuPrecision.BFloat16)]", "ATTN093", "GpuPrecision = GpuPrecision.BFloat16", "Targets leaves the GPU out" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, GpuPrecision = (GpuPrecision)3)]", "ATTN056", "GpuPrecision = (GpuPrecision)3", "named member" },
    };

    /// <summary>Attributes of a declaration that tensor cores can't run, and what its message must say.</summary>
    public static TheoryData<string, string> OffTensorCores => new()
    {
        { "[Attention(\"strided\", Heads = 8, HeadDim = 64, {0})]", "its queries see two sets of keys" },
        { "[Attention(\"landmark\", Heads = 8, HeadDim = 64, {0})]", "its keys are not consecutive" },
        { "[Attention(\"differential\", Heads = 8, HeadDim = 64, {0})]", "it adds 2 softmaxes" },
        { "[Attention(\"relative\", Heads = 8, HeadDim = 64, {0})]", "its distances have vectors of their own" },
        { "[Attention(\"t5\", Heads = 8, HeadDim = 64, Scale = 1, {0})]", "its scores have learned biases" },
        { "[Attention(\"crossmemory\", Heads = 8, HeadDim = 64, {0})]", "it mixes in local features" },
        { "[Attention(\"localglobal\", Heads = 8, HeadDim = 64, {0})]", "more keys than their neighbours" },
        { "[Attention(Heads = 8, HeadDim = 72, {0})]", "head dim 72 and value dim 72 are not both multiples of 16 from 32 to 256" },
        { "[Attention(Heads = 8, HeadDim = 272, {0})]", "head dim 272" },
    };

    [Theory]
    [MemberData(nameof(OffTensorCores))]
    public async Task What_tensor_cores_cannot_run_is_told(string attributes, string says)
    {
        string declaration = attributes.Replace("{0}", "Targets = KernelTargets.Cpu | KernelTargets.Gpu, GpuPrecision = GpuPrecision.Half", StringComparison.Ordinal);
        Diagnostic fault = Assert.Single(await Lab.FaultsAsync(Declare.Kernel(declaration), Gpu));
        Assert.Equal("ATTN093", fault.Id);
        Assert.Contains(says, fault.GetMessage(), StringComparison.Ordinal);
        Assert.Contains("GPUs compute it in FP32", fault.GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_they_can_run_is_not() =>
        Assert.Empty(await Lab.FaultsAsync(Declare.Kernel("[Attention(\"local\", WindowLeft = 12, WindowRight = 3, Heads = 8, HeadDim = 64, Targets = KernelTargets.Cpu | KernelTargets.Gpu, GpuPrecision = GpuPrecision.Half)]"), Gpu));

    [Theory]
    [MemberData(nameof(Firing))]
    public Task Fires_at_its_argument(string host, string attributes, string id, string underlined, string says) =>
        new RuleTests().Fires_at_its_argument(host, attributes, id, underlined, says);

    [Fact]
    public async Task With_both_references_there_is_nothing_to_say() => Assert.Equal(["ATTN048"], await IdsAsync(Gpu, published: false));

    [Fact]
    public async Task Without_them_only_the_cpu_is_written() => Assert.Equal(["ATTN048", "ATTN090"], await IdsAsync("", published: false));

    [Fact]
    public async Task Ahead_of_time_there_is_no_IL_to_compile() => Assert.Equal(["ATTN043"], await IdsAsync(Gpu, published: true));

    [Fact]
    public async Task A_table_of_a_function_is_not_on_the_GPU()
    {
        const string source = "using AttentionGen;\n" + Declaration + "\npublic static partial class Host\n{\n    private static readonly float[] Table = { 1f, 2f };\n    private static float Score(float score, int head, int query, int key) => score + Table[key & 1];\n}";
        Diagnostic fault = Assert.Single(await Lab.FaultsAsync(source, Gpu));
        Assert.Equal("ATTN091", fault.Id);
        Assert.Contains("looks up a table", fault.GetMessage(), StringComparison.Ordinal);
    }

    private static async Task<IEnumerable<string>> IdsAsync(string references, bool published)
    {
        var options = new AnalyzerOptions([], new Project(published));
        ImmutableArray<Diagnostic> all = await Lab.Compile(Declare.Kernel(Declaration), references).WithAnalyzers([new ConfigurationAnalyzer()], options).GetAnalyzerDiagnosticsAsync();
        return all.Select(static diagnostic => diagnostic.Id).Order(StringComparer.Ordinal);
    }

    private sealed class Project(bool published) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Options(published);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;
    }

    private sealed class Options(bool published) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value)
        {
            value = key switch
            {
                "build_property.PublishAot" when published => "true",
                "build_property.IlcInstructionSet" => "native", // or ATTN044 would have something to say
                _ => null,
            };
            return value is not null;
        }
    }
}
