using System.Runtime.CompilerServices;

namespace AttentionGen.Kernels;

/// <summary>What a cache keeps of one sequence.</summary>
internal unsafe struct KvSequenceState
{
    /// <summary>The page table, pinned: pointers of pages, in the order that <see cref="KvSequence.Page"/> reads them.</summary>
    public nint[]? Pages;

    /// <summary>Tokens committed.</summary>
    public int Length;

    /// <summary>Tokens committed or reserved: pages up to here are the sequence's.</summary>
    public int ReservedEnd;

    /// <summary>A ring's oldest page still held behind the fixed ones, once one was replaced.</summary>
    public int FirstPage;

    /// <summary>Whether the number stands for a sequence: those of a paged cache come and go.</summary>
    public bool IsAlive;

    /// <summary>The first entry of the page table.</summary>
    public readonly nint* Table => (nint*)Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(Pages!));
}
