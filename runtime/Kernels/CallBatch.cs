namespace AttentionGen.Kernels;

/// <summary>Several calls of one kernel run together: the items of the first, then those of the second, ...</summary>
internal unsafe struct CallBatch
{
    /// <summary>The kernel's code.</summary>
    public delegate*<void*, int, byte*, void> Kernel;

    /// <summary>The code for calls that are cut (<see cref="DecodeCut"/>).</summary>
    public delegate*<void*, int, byte*, void> CutKernel;

    /// <summary>The calls.</summary>
    public AttentionCall* Calls;

    /// <summary><c>[Count + 1]</c>: the number of each call's first item, and of all items.</summary>
    public int* FirstItem;

    /// <summary>Calls.</summary>
    public int Count;

    /// <summary>Runs one item of a batch.</summary>
    public static void RunItem(void* address, int item, byte* workspace)
    {
        CallBatch* batch = (CallBatch*)address;
        int low = 0, high = batch->Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (batch->FirstItem[middle] <= item)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        AttentionCall* call = batch->Calls + low;
        (call->Cut.Parts > 0 ? batch->CutKernel : batch->Kernel)(call, item - batch->FirstItem[low], workspace);
    }
}
