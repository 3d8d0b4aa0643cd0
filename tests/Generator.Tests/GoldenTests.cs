using System.Text;
using AttentionGen.Testing;

namespace AttentionGen.Generator.Tests;

/// <summary>
/// What the generator writes, as files to read and review. <c>UPDATE_GOLDEN=1</c> rewrites them; every file in <c>Golden/</c> belongs to a case.
/// </summary>
public class GoldenTests
{
    // By these the generator knows that AttentionGen.Gpu and ILGPU are referenced.
    private const string GpuReferences = "namespace ILGPU { public struct KernelConfig; }\nnamespace AttentionGen.Gpu { public class GpuAttentionContext; }";

    private static readonly string Folder = Repository.PathOf("tests", "Generator.Tests", "Golden");

    /// <summary>Class name and declaration, one for each way a kernel can differ in kind.</summary>
    public static TheoryData<string, string> Cases => new()
    {
        { "LocalKernel", "[Attention(\"local\", WindowLeft = 12, Sinks = 2, Causal = true, Heads = 4, KvHeads = 2, HeadDim = 8, ValueDim = 12)]\n[PositionalEncoding(\"rope\", RotaryDim = 4)]\n[PositionalEncoding(\"alibi\")]\npublic static partial class LocalKernel;" },
        { "GpuKernel", "[Attention(\"local\", WindowLeft = 12, Sinks = 2, Causal = true, Heads = 4, KvHeads = 2, HeadDim = 8, ValueDim = 12, Targets = KernelTargets.Cpu | KernelTargets.Gpu)]\n[PositionalEncoding(\"rope\", RotaryDim = 4)]\n[PositionalEncoding(\"alibi\")]\npublic static partial class GpuKernel;" },
        { "PerformerKernel", "[Attention(\"performer\", Causal = true, Features = 24, Heads = 4, KvHeads = 2, HeadDim = 8, ValueDim = 12)]\n[PositionalEncoding(\"rope\")]\npublic static partial class PerformerKernel;" },
        { "MambaKernel", "[Attention(\"mamba\", DModel = 10, StateSize = 6)]\npublic static partial class MambaKernel;" },
        { "MambaLayer", "[Attention(\"mamba\", DModel = 16, StateSize = 4, Convolution = 3)]\npublic partial class MambaLayer;" },
        { "DifferentialKernel", "[Attention(\"differential\", Heads = 2, HeadDim = 8, Softcap = 30)]\npublic static partial class DifferentialKernel;" },
        { "TwoPassKernel", "[Attention(\"localglobal\", Window = 8, GlobalTokens = 2, Fusion = FusionMode.Joint, Heads = 2, HeadDim = 8, LearnedSinks = true)]\npublic static partial class TwoPassKernel;" },
        { "CachedKernel", "[Attention(\"causal\", Heads = 4, KvHeads = 2, HeadDim = 16)]\n[PositionalEncoding(\"rope\")]\n[KvCache(Precision = KvPrecision.Int8, PageTokens = 32, Capacity = 1000)]\npublic static partial class CachedKernel;" },
        { "CrossLayer", "[Attention(Cross = true, Bias = true, DModel = 16, Heads = 2, WeightPrecision = WeightPrecision.BFloat16)]\n[PositionalEncoding(\"sinusoidal\")]\npublic partial class CrossLayer;" },
        { "CachedLayer", "[Attention(\"causal\", DModel = 16, Heads = 2, KvHeads = 1, QkNorm = QkNormalisation.Rms, WeightPrecision = WeightPrecision.Int8)]\n[PositionalEncoding(\"learned\", MaxLength = 40)]\n[KvCache(Precision = KvPrecision.Half, PageTokens = 16, Capacity = 40)]\npublic partial class CachedLayer;" },
        { "TensorKernel", "[Attention(\"local\", WindowLeft = 12, Sinks = 2, Causal = true, Heads = 4, KvHeads = 2, HeadDim = 32, Targets = KernelTargets.Cpu | KernelTargets.Gpu, GpuPrecision = GpuPrecision.BFloat16)]\n[PositionalEncoding(\"rope\")]\npublic static partial class TensorKernel;" },
        { "InvalidKernel", "[Attention(DModel = 512, Heads = 7)]\npublic static partial class InvalidKernel;" },
        { "InvalidLayer", "[Attention(\"loca\", DModel = 512, Heads = 8)]\npublic partial class InvalidLayer;" },
        { "InvalidCachedLayer", "[Attention(DModel = 512, Heads = 8)]\n[KvCache]\npublic partial class InvalidCachedLayer;" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Writes_what_was_reviewed(string name, string declaration)
    {
        SortedDictionary<string, string> files = Lab.Generate(Lab.Compile($"using AttentionGen;\nnamespace Golden;\n{declaration}\n", GpuReferences));

        Assert.NotEmpty(files);
        foreach ((string hint, string text) in files)
        {
            Assert.StartsWith($"Golden.{name}.", hint, StringComparison.Ordinal);
            string path = Path.Combine(Folder, hint);
            if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            {
                Directory.CreateDirectory(Folder);
                File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            }

            Assert.True(File.Exists(path), $"{hint} was never reviewed: run once with UPDATE_GOLDEN=1 and read it.");
            Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), text);
        }
    }

    [Fact]
    public void Every_golden_file_belongs_to_a_case()
    {
        IEnumerable<string> names = Cases.Select(row => (string)row[0]);
        Assert.All(Directory.GetFiles(Folder, "*.g.cs"), file => Assert.Contains(names, name => Path.GetFileName(file).StartsWith($"Golden.{name}.", StringComparison.Ordinal)));
    }
}
