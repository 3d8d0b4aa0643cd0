using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;

namespace AttentionGen.Conformance.StandIn;

/// <summary>The stand-in's masks, by its own reading of the definitions: bounds first, in place of the oracle's predicates.</summary>
internal sealed class StandInMask(Declaration declaration, Mutant mutant)
{
    private readonly Parameters parameters = declaration.Parameters;

    public static int Offset(Declaration declaration, Mutant mutant, KernelCall call) => mutant switch
    {
        Mutant.AlignmentIgnored => 0,
        Mutant.AlignmentForcedBottomRight => call.Key.Layout.Length - call.Query.Layout.Length,
        _ => declaration.Alignment == CausalAlignment.BottomRight ? call.Key.Layout.Length - call.Query.Layout.Length : 0,
    };

    public bool Sees(KernelCall call, int batch, int head, int query, int key)
    {
        CallInputs inputs = call.Inputs;
        int aligned = query + Offset(declaration, mutant, call);
        return key < Real(call, batch)
            && !(mutant == Mutant.LastKeyOfOddTileDropped && key == call.Key.Layout.Length - 1 && key % 16 == 0 && key > 0)
            && !(mutant == Mutant.LastKeyDropped && key == call.Key.Layout.Length - 1 && key > 0)
            && SeesDeclared(aligned, key)
            && (inputs.Keep is null || At(inputs.Keep, batch, head, query, key))
            && (inputs.Blocks is null || inputs.Blocks.At(batch, head, query, key))
            && (inputs.Drop is null || At(inputs.Drop, batch, head, query, key) == (mutant == Mutant.DropReadAsKeep));
    }

    public float Bias(KernelCall call, int batch, int head, int query, int key) =>
        call.Inputs.Bias is null || mutant == Mutant.BiasIgnored ? 0 : At(call.Inputs.Bias, batch, head, query, key);

    private int Real(KernelCall call, int batch)
    {
        int all = call.Key.Layout.Length;
        return call.Inputs.KeyLengths is not { } lengths || mutant == Mutant.KeyLengthsIgnored ? all
            : mutant == Mutant.KeyLengthsOffByOne ? Math.Max(0, lengths[batch] - 1)
            : mutant == Mutant.PaddingRead ? Math.Min(all, lengths[batch] + 1)
            : lengths[batch];
    }

    private bool SeesDeclared(int query, int key)
    {
        int last = mutant == Mutant.CausalExcludesSelf ? query - 1 : query;
        bool past = !declaration.IsCausal || mutant == Mutant.CausalIgnored || key <= last;
        if (declaration.Type != "local")
        {
            return past;
        }

        bool explicitBounds = parameters.Has("WindowLeft") || parameters.Has("WindowRight");
        int half = parameters.Int("Window", 128) / 2;
        int left = explicitBounds ? parameters.Int("WindowLeft", 0) : half;
        int right = explicitBounds ? parameters.Int("WindowRight", 0) : half;
        (left, right) = mutant switch
        {
            Mutant.WindowBoundsSwapped => (right, left),
            Mutant.WindowTooWide => (left + 1, right),
            Mutant.WindowTooNarrow => (left, right - 1),
            _ => (left, right),
        };
        bool sink = key < parameters.Int("Sinks", 0) && mutant != Mutant.SinksIgnored;
        bool near = key >= query - left && key <= query + right;
        return mutant == Mutant.SinksDefyCausal ? sink || (near && past) : (sink || near) && past;
    }

    private T At<T>(Broadcast<T> values, int batch, int head, int query, int key) => values.At(
        mutant == Mutant.MaskOfFirstBatch ? 0 : batch,
        mutant == Mutant.MaskOfFirstHead ? 0 : head,
        mutant == Mutant.MaskOfFirstRow ? 0 : query,
        key);
}
