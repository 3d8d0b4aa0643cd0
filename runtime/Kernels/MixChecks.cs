using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AttentionGen.Kernels;

/// <summary>Conditions on the local features that an output is mixed with.</summary>
internal static class MixChecks
{
    public static void Check(KernelDescription kernel, in AttentionArguments arguments, TensorView output)
    {
        const string Name = nameof(AttentionArguments.LocalFeatures);
        ReadOnlyTensorView local = arguments.LocalFeatures;
        if (!kernel.NeedsLocalFeatures)
        {
            if (local.Layout != default)
            {
                throw new ArgumentException($"{kernel.Name} mixes nothing into its output: expected no {Name}, got {local.Layout}.", Name);
            }

            return;
        }

        TensorLayout expected = output.Layout;
        ArgumentChecks.CheckView(local.Layout, expected.Batch, expected.Heads, expected.Length, expected.Dim, Name);

        // Each element is read right before the same element of the output is written, so the two may be one tensor; anything else is not sound.
        bool inPlace = local.Layout == output.Layout
            && !output.Data.IsEmpty
            && Unsafe.AreSame(ref MemoryMarshal.GetReference(local.Data), ref MemoryMarshal.GetReference(output.Data));
        ArgumentChecks.ThrowIfOverlap(!inPlace && output.Data.Overlaps(local.Data), Name, "output");
        ArgumentChecks.ThrowIfOverlap(arguments.LogSumExp.Overlaps(local.Data), Name, nameof(AttentionArguments.LogSumExp));
    }
}
