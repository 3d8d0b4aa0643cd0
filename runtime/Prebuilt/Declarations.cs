namespace AttentionGen.Prebuilt;

// One head each: a kernel of one head over [batch * heads] sequences is a kernel of any number of heads. See HeadwiseKernel.

[Attention(Type = "standard", Heads = 1, HeadDim = 32)]
internal static partial class StandardDim32;

[Attention(Type = "standard", Heads = 1, HeadDim = 64)]
internal static partial class StandardDim64;

[Attention(Type = "standard", Heads = 1, HeadDim = 80)]
internal static partial class StandardDim80;

[Attention(Type = "standard", Heads = 1, HeadDim = 96)]
internal static partial class StandardDim96;

[Attention(Type = "standard", Heads = 1, HeadDim = 128)]
internal static partial class StandardDim128;

[Attention(Type = "causal", CausalAlignment = CausalAlignment.BottomRight, Heads = 1, HeadDim = 32)]
internal static partial class CausalDim32;

[Attention(Type = "causal", CausalAlignment = CausalAlignment.BottomRight, Heads = 1, HeadDim = 64)]
internal static partial class CausalDim64;

[Attention(Type = "causal", CausalAlignment = CausalAlignment.BottomRight, Heads = 1, HeadDim = 80)]
internal static partial class CausalDim80;

[Attention(Type = "causal", CausalAlignment = CausalAlignment.BottomRight, Heads = 1, HeadDim = 96)]
internal static partial class CausalDim96;

[Attention(Type = "causal", CausalAlignment = CausalAlignment.BottomRight, Heads = 1, HeadDim = 128)]
internal static partial class CausalDim128;

[Attention(Type = "local", Window = 128, CausalAlignment = CausalAlignment.BottomRight, Heads = 1, HeadDim = 32)]
internal static partial class Local128Dim32;

[Attention(Type = "local", Window = 128, CausalAlignment = CausalAlignment.BottomRight, Heads = 1, HeadDim = 64)]
internal static partial class Local128Dim64;

[Attention(Type = "local", Window = 128, CausalAlignment = CausalAlignment.BottomRight, Heads = 1, HeadDim = 80)]
internal static partial class Local128Dim80;

[Attention(Type = "local", Window = 128, CausalAlignment = CausalAlignment.BottomRight, Heads = 1, HeadDim = 96)]
internal static partial class Local128Dim96;

[Attention(Type = "local", Window = 128, CausalAlignment = CausalAlignment.BottomRight, Heads = 1, HeadDim = 128)]
internal static partial class Local128Dim128;

[Attention(Type = "local", Window = 256, CausalAlignment = CausalAlignment.BottomRight, Heads = 1, HeadDim = 32)]
internal static partial class Local256Dim32;

[Attention(Type = "local", Window = 256, CausalAlignment = CausalAlignment.BottomRight, Heads = 1, HeadDim = 64)]
internal static partial class Local256Dim64;

[Attention(Type = "local", Window = 256, CausalAlignment = CausalAlignment.BottomRight, Heads = 1, HeadDim = 80)]
internal static partial class Local256Dim80;

[Attention(Type = "local", Window = 256, CausalAlignment = CausalAlignment.BottomRight, Heads = 1, HeadDim = 96)]
internal static partial class Local256Dim96;

[Attention(Type = "local", Window = 256, CausalAlignment = CausalAlignment.BottomRight, Heads = 1, HeadDim = 128)]
internal static partial class Local256Dim128;

[Attention(Type = "local", Window = 256, Causal = true, CausalAlignment = CausalAlignment.BottomRight, Heads = 1, HeadDim = 32)]
internal static partial class LocalCausal256Dim32;

[Attention(Type = "local", Window = 256, Causal = true, CausalAlignment = CausalAlignment.BottomRight, Heads = 1, HeadDim = 64)]
internal static partial class LocalCausal256Dim64;

[Attention(Type = "local", Window = 256, Causal = true, CausalAlignment = CausalAlignment.BottomRight, Heads = 1, HeadDim = 80)]
internal static partial class LocalCausal256Dim80;

[Attention(Type = "local", Window = 256, Causal = true, CausalAlignment = CausalAlignment.BottomRight, Heads = 1, HeadDim = 96)]
internal static partial class LocalCausal256Dim96;

[Attention(Type = "local", Window = 256, Causal = true, CausalAlignment = CausalAlignment.BottomRight, Heads = 1, HeadDim = 128)]
internal static partial class LocalCausal256Dim128;
