using System.Collections.Immutable;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Analyzers.Tests;

/// <summary>Every rule about declarations: where it fires, what it underlines and says, and the nearest declarations where it stays silent.</summary>
public partial class RuleTests
{
    /// <summary>Kernel or layer; attributes; the only rule that fires; the text it underlines; what its message must say.</summary>
    public static TheoryData<string, string, string, string, string> Firing => new()
    {
        { "K", "[Attention(DModel = 512, Heads = 7)]", "ATTN001", "Heads = 7", "nearest divisor is Heads = 8 with 64 features" },
        { "K", "[Attention(DModel = 5, Heads = 8)]", "ATTN001", "Heads = 8", "nearest divisor is Heads = 5" },
        { "K", "[Attention(Heads = 7)]\n[Model(DModel = 512)]", "ATTN001", "Heads = 7", "512 mod 7 is 1" },
        { "K", "[Attention]\n[Model(DModel = 512, Heads = 7)]", "ATTN001", "Heads = 7", "nearest divisor" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, KvHeads = 3)]", "ATTN002", "KvHeads = 3", "1, 2, 4, 8" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, KvHeads = 16)]", "ATTN002", "KvHeads = 16", "KvHeads = 16" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, KvHeads = 0)]", "ATTN002", "KvHeads = 0", "1, 2, 4, 8" },
        { "K", "[Attention(Heads = 8, HeadDim = 63)]\n[PositionalEncoding(\"rope\")]", "ATTN003", "HeadDim = 63", "first 62" },
        { "L", "[Attention(Heads = 8, DModel = 504)]\n[PositionalEncoding(\"rotary\")]", "ATTN003", "PositionalEncoding", "each head has 63" },
        { "K", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"rope\", RotaryDim = 66)]", "ATTN004", "RotaryDim = 66", "nearest is 64" },
        { "K", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"rope\", RotaryDim = 31)]", "ATTN004", "RotaryDim = 31", "nearest is 30" },
        { "K", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"rope\", RotaryDim = 0)]", "ATTN004", "RotaryDim = 0", "nearest is 2" },
        { "K", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"rope\", RotaryDim = -7)]", "ATTN004", "RotaryDim = -7", "nearest is 2" },
        { "K", "[Attention(\"local\", Heads = 8, HeadDim = 64, Window = 0)]", "ATTN005", "Window = 0", "at least 1" },
        { "K", "[Attention(\"local\", Heads = 8, HeadDim = 64, WindowLeft = -1)]", "ATTN005", "WindowLeft = -1", "0 or more" },
        { "K", "[Attention(\"local\", Heads = 8, HeadDim = 64, Window = 128)]", "ATTN006", "Window = 128", "keeps 129 keys, not 128: 64 to each side" },
        { "K", "[Attention(\"local\", Heads = 8, HeadDim = 64, Window = 128, Causal = true)]", "ATTN006", "Window = 128", "the causal mask leaves 65" },
        { "K", "[Attention(\"local\", Heads = 8, HeadDim = 64, Window = 129, MaxLength = 129)]", "ATTN007", "Window = 129", "hides only the pairs further apart" },
        { "K", "[Attention(\"local\", Heads = 8, HeadDim = 64, WindowLeft = 127, WindowRight = 127, MaxLength = 128)]", "ATTN007", "WindowLeft = 127", "it hides nothing" },
        { "K", "[Attention(\"local\", Heads = 8, HeadDim = 64, WindowLeft = 127, MaxLength = 128, Causal = true)]", "ATTN007", "WindowLeft = 127", "it hides nothing" },
        { "L", "[Attention(\"causal\", Heads = 8, DModel = 512, Cross = true)]", "ATTN008", "Cross = true", "BottomRight" },
        { "L", "[Attention(\"local\", Heads = 8, DModel = 512, Cross = true)]", "ATTN008", "Cross = true", "Local attention" },
        { "L", "[Attention(\"block\", Heads = 8, DModel = 512, Cross = true)]", "ATTN008", "Cross = true", "Block attention" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 64, CausalAlignment = CausalAlignment.BottomRight, MaxLength = 10, MaxKeyLength = 7)]", "ATTN009", "CausalAlignment = CausalAlignment.BottomRight", "the first 3 queries" },
        { "K", "[Attention(\"local\", WindowRight = 2, Heads = 8, HeadDim = 64, CausalAlignment = CausalAlignment.BottomRight, MaxLength = 10, MaxKeyLength = 7)]", "ATTN009", "CausalAlignment = CausalAlignment.BottomRight", "the first 1 queries" },
        { "L", "[Attention(Heads = 8, DModel = 512, MaxLength = 513)]\n[PositionalEncoding(\"learned\")]", "ATTN015", "PositionalEncoding", "holds 512 positions" },
        { "L", "[Attention(Heads = 8, DModel = 512, MaxLength = 100)]\n[PositionalEncoding(\"sinusoidal\", Learnable = true, MaxLength = 99)]", "ATTN015", "MaxLength = 99", "raise the encoding's MaxLength to 100" },
        { "L", "[Attention(Heads = 8, DModel = 512)]\n[PositionalEncoding(\"learned\"), PositionalEncoding(\"sinusoidal\", Learnable = true)]", "ATTN072", "Learnable = true", "'learned' and 'sinusoidal' each ask for one" },
        { "L", "[Attention(Heads = 8, DModel = 512)]\n[PositionalEncoding(\"sinusoidal\", Learnable = true), PositionalEncoding(\"learned\")]", "ATTN072", "PositionalEncoding", "one alone" },
        { "K", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"sinusoidal\", Learnable = true)]", "ATTN046", "Learnable = true", "belongs to a layer" },
        { "L", "[Attention(Heads = 8, DModel = 512, MaxLength = 100)]\n[PositionalEncoding(\"sinusoidal\", MaxLength = 99)]", "ATTN015", "MaxLength = 99", "raise the encoding's MaxLength to 100" },
        { "K", "[Attention(\"causal\", Heads = 12, HeadDim = 64)]\n[PositionalEncoding(\"alibi\")]", "ATTN018", "PositionalEncoding", "the slopes of 8 heads are completed by every other slope of 16" },
        { "K", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"alibi\")]", "ATTN019", "PositionalEncoding", "-slope * |i - j|" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, Temperature = 0)]", "ATTN029", "Temperature = 0", "Temperature = 0" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, Temperature = double.NaN)]", "ATTN029", "Temperature = double.NaN", "NaN" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, Temperature = double.PositiveInfinity)]", "ATTN029", "Temperature = double.PositiveInfinity", "Infinity" },
        { "K", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"rope\", Scaling = RotaryScaling.Yarn, ScalingFactor = 4)]", "ATTN020", "PositionalEncoding", "Yarn scaling" },
        { "K", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"rope\", Scaling = RotaryScaling.Llama3, ScalingFactor = 4, OriginalMaxLength = 0)]", "ATTN020", "OriginalMaxLength = 0", "Llama3 scaling" },
        { "K", "[Attention(Heads = 8, HeadDim = 4)]\n[PositionalEncoding(\"rope\", Scaling = RotaryScaling.LongRope, OriginalMaxLength = 9, ShortFactors = new[] { 1f, 2f }, LongFactors = new[] { 1f })]", "ATTN021", "LongFactors = new[] { 1f }", "each of the 2 pairs of features; 1 are given" },
        { "K", "[Attention(Heads = 8, HeadDim = 4)]\n[PositionalEncoding(\"rope\", Scaling = RotaryScaling.LongRope, OriginalMaxLength = 9, ShortFactors = new[] { 1f, 0f }, LongFactors = new[] { 1f, 1f })]", "ATTN021", "ShortFactors = new[] { 1f, 0f }", "not a positive finite number" },
        { "K", "[Attention(Heads = 8, HeadDim = 4)]\n[PositionalEncoding(\"rope\", Scaling = RotaryScaling.LongRope, OriginalMaxLength = 9, ShortFactors = new[] { 1f, 1f }, LongFactors = new[] { 1f, 2f })]", "ATTN022", "LongFactors = new[] { 1f, 2f }", "past OriginalMaxLength = 9" },
        { "K", "[Attention(Heads = 8, HeadDim = 8)]\n[PositionalEncoding(\"mrope\")]", "ATTN023", "PositionalEncoding", "the 4 pairs of features; none are given" },
        { "K", "[Attention(Heads = 8, HeadDim = 8)]\n[PositionalEncoding(\"mrope\", Sections = new[] { 2, 1 })]", "ATTN023", "Sections = new[] { 2, 1 }", "they add up to 3" },
        { "K", "[Attention(Heads = 8, HeadDim = 8)]\n[PositionalEncoding(\"mrope\", Sections = new[] { 4, 0 })]", "ATTN023", "Sections = new[] { 4, 0 }", "less than 1" },
        { "K", "[Attention(Heads = 8, HeadDim = 63)]\n[PositionalEncoding(\"xpos\")]", "ATTN003", "HeadDim = 63", "xpos turns features in pairs, but each head has 63" },
        { "K", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"rope\")]\n[PositionalEncoding(\"xpos\")]", "ATTN060", "PositionalEncoding", "'rope' and 'xpos' would both rotate" },
        { "K", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"rope\", ScalingFactor = 4)]", "ATTN046", "ScalingFactor = 4", "Scaling = None does not read it" },
        { "K", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"rope\", Scaling = RotaryScaling.Linear, ScalingFactor = 4, BetaFast = 3)]", "ATTN046", "BetaFast = 3", "Scaling = Linear does not read it" },
        { "K", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"xpos\", Sections = new[] { 32 })]", "ATTN046", "Sections = new[] { 32 }", "'xpos' does not have it" },
        { "K", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"rope\", Scaling = (RotaryScaling)9)]", "ATTN056", "Scaling = (RotaryScaling)9", "named member" },
        { "K", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"rope\", Scaling = RotaryScaling.Ntk, ScalingFactor = 0)]", "ATTN056", "ScalingFactor = 0", "greater than 0" },
        { "K", "[Attention(\"t5\", Heads = 8, HeadDim = 64, Buckets = 31)]", "ATTN031", "Buckets = 31", "even number" },
        { "K", "[Attention(\"t5\", Heads = 8, HeadDim = 64, Buckets = 32, MaxDistance = 16)]", "ATTN031", "MaxDistance = 16", "Buckets / 2 = 16" },
        { "K", "[Attention(\"t5\", Heads = 8, HeadDim = 64, Buckets = 256)]", "ATTN031", "Buckets = 256", "MaxDistance = 128" },
        { "K", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"t5\", Buckets = 7)]", "ATTN031", "Buckets = 7", "even number" },
        { "K", "[Attention(\"t5\", Heads = 8, HeadDim = 64, Scale = 0.125)]", "ATTN032", "Scale = 0.125", "does not scale" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, Temperature = 8)]\n[PositionalEncoding(\"t5\")]", "ATTN032", "Temperature = 8", "does not scale" },
        { "K", "[Attention(\"landmark\", Heads = 8, HeadDim = 64, Landmarks = 0)]", "ATTN026", "Landmarks = 0", "leaves no key" },
        { "K", "[Attention(\"landmark\", Heads = 8, HeadDim = 64, Landmarks = 129, MaxLength = 128)]", "ATTN026", "Landmarks = 129", "more than the 128 keys" },
        { "K", "[Attention(\"strided\", Heads = 8, HeadDim = 64, Stride = 0)]", "ATTN027", "Stride = 0", "leave it out for 64" },
        { "K", "[Attention(\"kvstrided\", Heads = 8, HeadDim = 64, Stride = -4)]", "ATTN027", "Stride = -4", "leave it out for 4" },
        { "K", "[Attention(\"block\", Heads = 8, HeadDim = 64, BlockSize = 0)]", "ATTN027", "BlockSize = 0", "at least 1" },
        { "K", "[Attention(\"localglobal\", Heads = 8, HeadDim = 64, GlobalTokens = 0)]", "ATTN027", "GlobalTokens = 0", "at least 1" },
        { "K", "[Attention(\"landmark\", Heads = 8, HeadDim = 64, Causal = true)]", "ATTN028", "Causal = true", "'landmark' attention can't be causal" },
        { "K", "[Attention(\"localglobal\", Heads = 8, HeadDim = 64, Causal = true)]", "ATTN028", "Causal = true", "global tokens see every key" },
        { "K", "[Attention(\"differential\", Heads = 8, HeadDim = 63)]", "ATTN050", "HeadDim = 63", "a head has 63 features" },
        { "L", "[Attention(\"differential\", Heads = 8, DModel = 504)]", "ATTN050", "\"differential\"", "a head has 63 features" },
        { "K", "[Attention(\"differential\", Heads = 8, HeadDim = 62)]\n[PositionalEncoding(\"rope\")]", "ATTN003", "HeadDim = 62", "each half of a head has 31" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, Dropout = 1)]", "ATTN030", "Dropout = 1", "less than 1" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, Dropout = -0.1)]", "ATTN030", "Dropout = -0.1", "at least 0" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, Dropout = double.NaN)]", "ATTN030", "Dropout = double.NaN", "NaN" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, Softcap = 0)]", "ATTN033", "Softcap = 0", "can't bound scores" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, Softcap = double.PositiveInfinity)]", "ATTN033", "Softcap = double.PositiveInfinity", "Infinity" },
        { "K", "[Attention(Heads = 2, HeadDim = 64, SinkLogits = new[] { 1f })]", "ATTN034", "SinkLogits = new[] { 1f }", "each of the 2 heads" },
        { "K", "[Attention(Heads = 2, HeadDim = 64, SinkLogits = new[] { 1f, float.NaN })]", "ATTN034", "SinkLogits = new[] { 1f, float.NaN }", "NaN or infinite" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, QkNorm = (QkNormalisation)3)]", "ATTN056", "QkNorm = (QkNormalisation)3", "named member" },
        { "K", "[Attention(Type = \"locall\", Heads = 8, HeadDim = 64)]", "ATTN045", "Type = \"locall\"", "did you mean 'local'" },
        { "K", "[Attention(\"cuasal\", Heads = 8, HeadDim = 64)]", "ATTN045", "\"cuasal\"", "did you mean 'causal'" },
        { "K", "[Attention(null!, Heads = 8, HeadDim = 64)]", "ATTN045", "null!", "Known: standard, causal, exclusive, local" },
        { "K", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"ropy\")]", "ATTN045", "\"ropy\"", "did you mean 'rope'" },
        { "K", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"rotery\")]", "ATTN045", "\"rotery\"", "did you mean 'rope'" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, Window = 127)]", "ATTN046", "Window = 127", "'standard' attention does not have it, only local" },
        { "K", "[Attention(\"local\", Heads = 8, HeadDim = 64, Window = 127, WindowLeft = 3)]", "ATTN046", "Window = 127", "replace it" },
        { "K", "[Attention(\"local\", Heads = 8, HeadDim = 64, WindowLeft = 9, WindowRight = 3, Causal = true)]", "ATTN046", "WindowRight = 3", "causal mask hides" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, Scale = 1, Temperature = 2)]", "ATTN046", "Temperature = 2", "Scale replaces" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, Bias = true)]", "ATTN046", "Bias = true", "without projections" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, WeightPrecision = WeightPrecision.Int8)]", "ATTN046", "WeightPrecision = WeightPrecision.Int8", "without projections" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, DModel = 512)]", "ATTN046", "DModel = 512", "HeadDim gives its size" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 64, Causal = false)]", "ATTN046", "Causal = false", "always hides" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, CausalAlignment = CausalAlignment.TopLeft)]", "ATTN046", "CausalAlignment = CausalAlignment.TopLeft", "nothing in this declaration" },
        { "K", "[Attention(\"kvstrided\", Heads = 8, HeadDim = 64, CausalAlignment = CausalAlignment.TopLeft)]", "ATTN046", "CausalAlignment = CausalAlignment.TopLeft", "nothing in this declaration" },
        { "L", "[Attention(Heads = 8, DModel = 512, MaxKeyLength = 9)]", "ATTN046", "MaxKeyLength = 9", "equally many" },
        { "L", "[Attention(\"causal\", Heads = 8, DModel = 512, CausalAlignment = CausalAlignment.TopLeft)]", "ATTN046", "CausalAlignment = CausalAlignment.TopLeft", "equally many" },
        { "K", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"rope\", MaxLength = 9)]", "ATTN046", "MaxLength = 9", "'rope' does not have it" },
        { "L", "[Attention(\"crossmemory\", Heads = 8, DModel = 64, Cross = false)]", "ATTN046", "Cross = false", "always attends" },
        { "K", "[Attention(\"t5\", Heads = 8, HeadDim = 64, Causal = true, Bidirectional = true)]", "ATTN046", "Bidirectional = true", "causal mask" },
        { "K", "[Attention(\"causal\", Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"t5\", Bidirectional = false)]", "ATTN046", "Bidirectional = false", "causal mask" },
        { "K", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"learned\")]", "ATTN046", "PositionalEncoding", "belongs to a layer" },
        { "L", "[Attention(Heads = 8, DModel = 64)]\n[PositionalEncoding(\"none\"), PositionalEncoding(\"rope\")]", "ATTN046", "PositionalEncoding", "another encoding" },
        { "K", "[Attention]", "ATTN051", "Attention", "Heads, and DModel or HeadDim, are missing" },
        { "K", "[Attention(Heads = 8)]", "ATTN051", "Attention", "DModel or HeadDim is missing" },
        { "K", "[Attention]\n[Model(DModel = 512)]", "ATTN051", "Attention", "Heads is missing" },
        { "L", "[Attention(Heads = 8, DModel = 64)]\n[PositionalEncoding(\"rope\"), PositionalEncoding(\"rotary\")]", "ATTN055", "PositionalEncoding", "declared 2 times" },
        { "K", "[Attention(\"relative\", Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"relative\")]", "ATTN055", "PositionalEncoding", "by the attention type" },
        { "K", "[Attention(\"t5\", Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"t5\")]", "ATTN055", "PositionalEncoding", "by the attention type" },
        { "K", "[Attention(\"relative\", Heads = 8, HeadDim = 64, MaxRelativePosition = 0)]", "ATTN056", "MaxRelativePosition = 0", "1 to 4096" },
        { "K", "[Attention(\"t5\", Heads = 8, HeadDim = 64, MaxDistance = 0)]", "ATTN056", "MaxDistance = 0", "1 to 16384" },
        { "K", "[Attention(\"crossmemory\", Heads = 8, HeadDim = 64, FusionRatio = 1.5)]", "ATTN061", "FusionRatio = 1.5", "from 0" },
        { "K", "[Attention(\"crossmemory\", Heads = 8, HeadDim = 64, FusionRatio = double.NaN)]", "ATTN061", "FusionRatio = double.NaN", "NaN" },
        { "K", "[Attention(Heads = 0, HeadDim = 64)]", "ATTN056", "Heads = 0", "1 to 65536 heads" },
        { "K", "[Attention(Heads = -3, DModel = 64)]", "ATTN056", "Heads = -3", "1 to 65536 heads" },
        { "K", "[Attention(Heads = 1, HeadDim = 65537)]", "ATTN056", "HeadDim = 65537", "1 to 65536 features" },
        { "K", "[Attention(Heads = 1, HeadDim = 64, ValueDim = 0)]", "ATTN056", "ValueDim = 0", "1 to 65536" },
        { "K", "[Attention(Heads = 65536, HeadDim = 17)]", "ATTN056", "Heads = 65536", "at most 61680 heads of 17" },
        { "K", "[Attention(Heads = 1, HeadDim = 64, MaxLength = -1)]", "ATTN056", "MaxLength = -1", "0 to 1073741824 positions" },
        { "K", "[Attention(\"local\", Heads = 1, HeadDim = 64, Sinks = -1)]", "ATTN056", "Sinks = -1", "0 to" },
        { "K", "[Attention(\"local\", Heads = 1, HeadDim = 64, WindowLeft = int.MaxValue)]", "ATTN056", "WindowLeft = int.MaxValue", "1073741824 keys" },
        { "K", "[Attention(\"causal\", Heads = 1, HeadDim = 64, CausalAlignment = (CausalAlignment)3)]", "ATTN056", "CausalAlignment = (CausalAlignment)3", "named member" },
        { "K", "[Attention(Heads = 1, HeadDim = 64)]\n[PositionalEncoding(\"rope\", Layout = (RotaryLayout)2)]", "ATTN056", "Layout = (RotaryLayout)2", "named member" },
        { "K", "[Attention(Heads = 1, HeadDim = 64)]\n[PositionalEncoding(\"rope\", Base = 0)]", "ATTN056", "Base = 0", "greater than 0" },
        { "K", "[Attention(Heads = 1, HeadDim = 64)]\n[PositionalEncoding(\"rope\", Base = double.NaN)]", "ATTN056", "Base = double.NaN", "finite" },
        { "L", "[Attention(Heads = 1, HeadDim = 64)]\n[PositionalEncoding(\"learned\", MaxLength = 0)]", "ATTN056", "MaxLength = 0", "1 to" },
        { "L", "[Attention(Heads = 8, DModel = 8192)]\n[PositionalEncoding(\"learned\", MaxLength = 1000000)]", "ATTN056", "MaxLength = 1000000", "at most 262143 positions" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, Scale = 0)]", "ATTN057", "Scale = 0", "1/sqrt(HeadDim)" },
        { "K", "[Attention(Heads = 8, HeadDim = 64, Scale = 1e40)]", "ATTN057", "Scale = 1e40", "1E+40" },
        { "K", "[Attention(\"causal\", Heads = 2, HeadDim = 64)]\n[PositionalEncoding(\"alibi\", Slopes = new[] { 1f })]", "ATTN058", "Slopes = new[] { 1f }", "there are 1" },
        { "K", "[Attention(\"causal\", Heads = 2, HeadDim = 64)]\n[PositionalEncoding(\"alibi\", Slopes = new[] { 1f, float.NaN })]", "ATTN058", "Slopes = new[] { 1f, float.NaN }", "head 1 is NaN" },
        { "K", "[Attention(\"linear\", Causal = true, Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"alibi\", Slopes = new[] { 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f })]", "ATTN059", "PositionalEncoding", "The encoding 'alibi'" },
        { "K", "[Attention(\"performer\", Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"relative\")]", "ATTN059", "PositionalEncoding", "The encoding 'relative'" },
        { "L", "[Attention(\"linear\", Heads = 8, DModel = 512)]\n[PositionalEncoding(\"t5\")]", "ATTN059", "PositionalEncoding", "The encoding 't5'" },
        { "K", "[Attention(\"performer\", Causal = true, Heads = 8, HeadDim = 64, Softcap = 30)]", "ATTN059", "Softcap = 30", "'performer' attention has none" },
        { "L", "[Attention(\"linear\", Heads = 8, DModel = 512, Dropout = 0.1)]", "ATTN059", "Dropout = 0.1", "use a softmax type" },
        { "K", "[Attention(\"linear\", Heads = 8, HeadDim = 64, QkNorm = QkNormalisation.L2)]", "ATTN059", "QkNorm = QkNormalisation.L2", "scores of a softmax" },
        { "K", "[Attention(\"performer\", Heads = 8, HeadDim = 64, LearnedSinks = true)]", "ATTN059", "LearnedSinks = true", "scores of a softmax" },
        { "K", "[Attention(\"linear\", Heads = 8, HeadDim = 64, SinkLogits = new[] { 1f, 1, 1, 1, 1, 1, 1, 1 })]", "ATTN059", "SinkLogits = new[] { 1f, 1, 1, 1, 1, 1, 1, 1 }", "scores of a softmax" },
        { "K", "[Attention(\"linear\", Heads = 8, HeadDim = 64, Scale = 0.5)]", "ATTN046", "Scale = 0.5", "weights have no scale" },
        { "K", "[Attention(\"linear\", Heads = 8, HeadDim = 64, Temperature = 2)]", "ATTN046", "Temperature = 2", "weights have no scale" },
        { "K", "[Attention(\"linear\", Heads = 8, HeadDim = 64, Features = 64)]", "ATTN046", "Features = 64", "only performer" },
        { "K", "[Attention(\"performer\", Heads = 8, HeadDim = 64, Window = 9)]", "ATTN046", "Window = 9", "does not have it" },
        { "K", "[Attention(\"performer\", Heads = 8, HeadDim = 64, Features = 0)]", "ATTN056", "Features = 0", "1 to 16384" },
        { "K", "[Attention(\"performer\", Heads = 8, HeadDim = 64, Kernel = (FeatureKernel)3)]", "ATTN056", "Kernel = (FeatureKernel)3", "named member" },
        { "K", "[Attention(\"linear\", Heads = 1, HeadDim = 16384)]", "ATTN056", "HeadDim = 16384", "67108864" },
    };

    [Theory]
    [MemberData(nameof(Firing))]
    public async Task Fires_at_its_argument(string host, string attributes, string id, string underlined, string says)
    {
        ImmutableArray<Diagnostic> faults = await Lab.FaultsAsync(host == "K" ? Declare.Kernel(attributes) : Declare.Layer(attributes));

        Diagnostic fault = Assert.Single(faults);
        Assert.Equal(id, fault.Id);
        Assert.Equal(underlined, Lab.Underlined(fault));
        Assert.Contains(says, fault.GetMessage(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Silent))]
    public async Task Stays_silent(string host, string attributes)
    {
        string source = host == "K" ? Declare.Kernel(attributes) : Declare.Layer(attributes);
        Assert.Empty(Lab.Compile(source).GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));

        ImmutableArray<Diagnostic> all = await Lab.AnalyzeAsync(Lab.Compile(source));

        Assert.Equal("ATTN048", Assert.Single(all).Id);
    }

    [Fact]
    public void Every_rule_about_declarations_has_a_firing_case_somewhere()
    {
        string tests = string.Concat(Directory.GetFiles(Repository.PathOf("tests", "Analyzers.Tests"), "*Tests.cs").Select(File.ReadAllText));
        Assert.All(Generator.Rules.RuleBook.All, rule => Assert.Contains($"\"{rule.Id}\"", tests, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Several_rules_fire_on_one_declaration_each_at_its_own_argument()
    {
        ImmutableArray<Diagnostic> faults = await Lab.FaultsAsync(Declare.Kernel(
            "[Attention(\"local\", Window = -1, Heads = 7, DModel = 512, KvHeads = 2, Temperature = -2)]\n[PositionalEncoding(\"rop\")]"));

        Assert.Equal(
            [("ATTN005", "Window = -1"), ("ATTN001", "Heads = 7"), ("ATTN002", "KvHeads = 2"), ("ATTN029", "Temperature = -2"), ("ATTN045", "\"rop\"")],
            faults.Select(fault => (fault.Id, Lab.Underlined(fault))));
    }

    [Fact]
    public async Task Attention_wins_over_the_class_model_which_wins_over_the_assembly_model()
    {
        const string assembly = "using AttentionGen;\n[assembly: Model(DModel = 512, Heads = 7, KvHeads = 3)]\n";
        Assert.Equal(["ATTN001", "ATTN002"], (await Lab.FaultsAsync(assembly + "[Attention] public static partial class Host;")).Select(fault => fault.Id));
        Assert.Equal(["ATTN002"], (await Lab.FaultsAsync(assembly + "[Attention, Model(Heads = 8)] public static partial class Host;")).Select(fault => fault.Id));
        Assert.Empty(await Lab.FaultsAsync(assembly + "[Attention(KvHeads = 4), Model(Heads = 8, KvHeads = 5)] public static partial class Host;"));
    }

    [Fact]
    public async Task A_number_from_the_assembly_model_is_reported_at_the_attention_attribute()
    {
        Diagnostic fault = Assert.Single(await Lab.FaultsAsync(
            "using AttentionGen;\n[assembly: Model(DModel = 512, Heads = 7)]\n",
            Declare.Kernel("[Attention]")));
        Assert.Equal("Source1.cs", fault.Location.SourceTree!.FilePath);
        Assert.Equal("Attention", Lab.Underlined(fault));
    }

    [Fact]
    public async Task The_plan_tells_the_work()
    {
        ImmutableArray<Diagnostic> all = await Lab.AnalyzeAsync(Lab.Compile(Declare.Kernel("[Attention(\"causal\", Heads = 8, KvHeads = 2, HeadDim = 64, MaxLength = 2048)]")));

        Diagnostic plan = Assert.Single(all, diagnostic => diagnostic.Id == "ATTN048");
        Assert.Equal(DiagnosticSeverity.Info, plan.Severity);

        // 2 * 8 heads * (64 + 64) features; 2048 * 2049 / 2 pairs; 4 bytes * 2 heads * 128 features.
        Assert.Contains("2048 FLOPs per visible query-key pair, 4.297 GFLOP for 2048 positions", plan.GetMessage(), StringComparison.Ordinal);
        Assert.Contains("2.098 MFLOP per token; 1024 bytes of keys and values per token; tiles of 6 x 64 (512 bit), 6 x 16 (256 bit), 6 x 16 (128 bit), 6 x 2 (scalar); ", plan.GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_plan_of_linear_attention_counts_tokens()
    {
        ImmutableArray<Diagnostic> all = await Lab.AnalyzeAsync(Lab.Compile(Declare.Kernel("[Attention(\"performer\", Heads = 8, KvHeads = 2, HeadDim = 64, MaxLength = 2048)]")));

        // 2 * 256 features * (64 + 64) for each of 8 + 2 heads; 4 bytes * 2 heads * 256 features * 65.
        Assert.Contains("655360 FLOPs per token; a state of 133120 bytes", Assert.Single(all).GetMessage(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Heads = \"x\", HeadDim = 64")]
    [InlineData("Heads = Nowhere.Known, HeadDim = 64")]
    [InlineData("Type = 3, Heads = 8, HeadDim = 64")]
    public async Task An_argument_that_does_not_compile_is_left_to_the_compiler(string arguments) =>
        Assert.Empty(await Lab.AnalyzeAsync(Lab.Compile(Declare.Kernel($"[Attention({arguments})]"))));
}
